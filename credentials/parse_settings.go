package credentials

import (
	"fmt"
	"time"

	"github.com/tailscale/hujson"

	"github.com/vault-lsp/vault-lsp/secret"
)

// maxTimeout is the longest time limit of one provider call that makes sense
// to a person who waits.
const maxTimeout = 10 * time.Minute

func (p *parser) cache(m member) {
	list, _ := p.object(m, "cache")
	for _, c := range list {
		key := join("cache", c.name)
		switch c.name {
		case "ttl":
			if d, ok := p.duration(c, key, 0, MaxCacheTTL); ok {
				p.out.config.Cache.TTL = d
			}
		case "maxEntries":
			n, ok := integer(c.value)
			if !ok || n < 1 {
				p.problem(SeverityError, c.value.StartOffset, key, "maxEntries must be a whole number of 1 or more", fmt.Sprintf("the default is %d", DefaultCacheMaxEntries))
				continue
			}
			p.out.config.Cache.MaxEntries = n
		default:
			p.unknown(SeverityWarning, c.at, key, c.name, []string{"ttl", "maxEntries"})
		}
	}
}

// duration reads a duration within limits.
func (p *parser) duration(m member, key string, least, most time.Duration) (time.Duration, bool) {
	written, ok := text(m.value)
	d, err := time.ParseDuration(written)
	if !ok || err != nil || d < least || d > most {
		p.problem(SeverityError, m.value.StartOffset, key,
			fmt.Sprintf("%s must be a duration from %s to %s", m.name, short(least), short(most)), `write it as text with a unit, such as "30m"`)
		return 0, false
	}
	return d, true
}

// short writes a whole number of minutes as 720m and not as 12h0m0s, the way
// the documentation does.
func short(d time.Duration) string {
	switch {
	case d == 0:
		return "0"
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}

func (p *parser) completion(m member) {
	list, _ := p.object(m, "completion")
	for _, c := range list {
		key := join("completion", c.name)
		if c.name != "liveSecrets" {
			p.unknown(SeverityWarning, c.at, key, c.name, []string{"liveSecrets"})
			continue
		}
		live, ok := boolean(c.value)
		if !ok {
			p.problem(SeverityError, c.value.StartOffset, key, "liveSecrets must be true or false", "names are not asked for until it is corrected")
			// What cannot be read must not switch on what it may have meant to
			// switch off.
			live = false
		}
		p.out.config.Completion.LiveSecrets = &live
	}
}

func (p *parser) signIns(m member) {
	list, ok := p.object(m, "signIns")
	// What cannot be read must not keep what it may have meant to let go.
	p.out.config.SignIns.Keep = ok
	for _, c := range list {
		key := join("signIns", c.name)
		if c.name != "keep" {
			p.unknown(SeverityWarning, c.at, key, c.name, []string{"keep"})
			continue
		}
		keep, ok := boolean(c.value)
		if !ok {
			p.problem(SeverityError, c.value.StartOffset, key, "keep must be true or false", "sign-ins stay in memory until it is corrected")
		}
		p.out.config.SignIns.Keep = p.out.config.SignIns.Keep && ok && keep
		p.out.forgetSignIns = ok && !keep
	}
}

func (p *parser) proxy(m member) {
	address, ok := text(m.value)
	if !ok || (address != "" && !validProxy(address)) {
		p.problem(SeverityError, m.value.StartOffset, "proxy", "proxy must be a URL with scheme http, https or socks5 and a host", `such as "http://proxy.example.com:3128"`)
		return
	}
	if holdsPassword(address) {
		p.problem(SeverityWarning, m.value.StartOffset, "proxy", "this proxy has a password in it, and this file is plain text", "use a proxy that needs none, or one on this machine that adds it")
	}
	p.out.config.Proxy = address
}

func (p *parser) tls(m member) {
	list, _ := p.object(m, "tls")
	for _, t := range list {
		key := join("tls", t.name)
		if t.name != "insecureHosts" {
			p.unknown(SeverityWarning, t.at, key, t.name, []string{"insecureHosts"})
			continue
		}
		array, ok := t.value.Value.(*hujson.Array)
		if !ok {
			p.problem(SeverityError, t.value.StartOffset, key, "insecureHosts must be a list of hosts", `such as ["dev.example.com"]`)
			continue
		}
		for _, element := range array.Elements {
			host, ok := text(element)
			if !ok || !validHost(host) {
				p.problem(SeverityError, element.StartOffset, key, "this is not a host or host:port", "name one host; patterns are not allowed")
				continue
			}
			p.out.config.TLS.InsecureHosts = append(p.out.config.TLS.InsecureHosts, host)
		}
	}
}

func (p *parser) timeouts(m member) {
	list, _ := p.object(m, "timeouts")
	for _, t := range list {
		key := join("timeouts", t.name)
		if _, known := secret.Lookup(t.name); !known {
			p.unknown(SeverityWarning, t.at, key, t.name, providerNames())
			continue
		}
		if d, ok := p.duration(t, key, time.Millisecond, maxTimeout); ok {
			p.out.config.Timeouts[t.name] = d
		}
	}
}
