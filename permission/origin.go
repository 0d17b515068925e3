package permission

import (
	"fmt"
	"net/netip"
	"net/textproto"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// Origin returns scheme://host[:port] of a URL: lower case, international
// names in their ASCII form, the scheme's own port left out (RFC 6454
// section 4). Only http and https have one here.
func Origin(u *url.URL) (string, error) {
	scheme := strings.ToLower(u.Scheme)
	defaultPort, known := map[string]string{"http": "80", "https": "443"}[scheme]
	if !known {
		return "", fmt.Errorf("origin: the scheme must be http or https")
	}
	host, err := canonicalHost(u.Hostname())
	if err != nil {
		return "", err
	}
	if port := u.Port(); port != "" && port != defaultPort {
		host += ":" + port
	}
	return scheme + "://" + host, nil
}

func canonicalHost(host string) (string, error) {
	if host == "" {
		return "", fmt.Errorf("origin: the host is missing")
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		if ip.Is6() {
			return "[" + ip.String() + "]", nil
		}
		return ip.String(), nil
	}
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil {
		// Names such as my_service are no DNS host names, but are in use.
		ascii = strings.ToLower(host)
		for i := range len(ascii) {
			if b := ascii[i]; b <= ' ' || b >= 0x7f || strings.IndexByte(`*/\?#@%<>"{}|^`+"`", b) >= 0 {
				return "", fmt.Errorf("origin: the host name is not valid")
			}
		}
	}
	return ascii, nil
}

// ParseOrigin puts an origin that a user wrote in canonical form. A path,
// query or user name in it is an error: they would not be looked at.
func ParseOrigin(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("origin %q: write scheme and host, as in https://api.example.com", text)
	}
	if (u.Path != "" && u.Path != "/") || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", fmt.Errorf("origin %q: write only scheme, host and port, as in https://api.example.com", text)
	}
	origin, err := Origin(u)
	if err != nil {
		return "", fmt.Errorf("%q: %w", text, err)
	}
	return origin, nil
}

// IsLoopbackHost reports whether a host is a loopback address by itself
// (127.0.0.0/8 or ::1), without any look-up.
func IsLoopbackHost(host string) bool {
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.Unmap().IsLoopback()
}

// IsLocalhostName reports whether a host is the name localhost, or one below
// it (RFC 6761 section 6.3). Such a name counts as loopback only if it also
// resolves there, which is for the caller to find out.
func IsLocalhostName(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// IsLocalhost reports whether a host is the name localhost itself.
func IsLocalhost(host string) bool {
	return strings.EqualFold(strings.TrimSuffix(host, "."), "localhost")
}

// ParsePlacement puts a placement in canonical form: header names are written
// as in Authorization, the rest in lower case. "" stays: any placement.
func ParsePlacement(in string) (string, error) {
	kind, name, isHeader := strings.Cut(in, ":")
	switch kind = strings.ToLower(kind); {
	case isHeader && kind == "header" && name != "" && !strings.ContainsAny(name, " \t\r\n:"):
		return "header:" + textproto.CanonicalMIMEHeaderKey(name), nil
	case !isHeader && (kind == "query" || kind == "path" || kind == "body" || kind == "url" || kind == ""):
		return kind, nil
	}
	return "", fmt.Errorf("placement %q: write header:NAME, query, path, body or url", in)
}
