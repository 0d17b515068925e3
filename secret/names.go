package secret

import "strings"

// arn is the parts of a secret's ARN that matter here.
type arn struct{ region string }

// parseARN reads arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME. The
// region becomes part of a host name, so it must be a DNS label.
func parseARN(s string) (arn, bool) {
	parts := strings.SplitN(s, ":", 7)
	if len(parts) != 7 || parts[0] != "arn" || parts[2] != "secretsmanager" || parts[5] != "secret" {
		return arn{}, false
	}
	ok := isLabel(parts[1]) && isLabel(parts[3]) && len(parts[4]) == 12 && isNumber(parts[4]) && consistsOf(parts[6], "/_+=.@!-")
	return arn{region: parts[3]}, ok
}

// parseParameterARN reads arn:PARTITION:ssm:REGION:ACCOUNT:parameter/NAME.
func parseParameterARN(s string) (arn, bool) {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "ssm" || !strings.HasPrefix(parts[5], "parameter/") {
		return arn{}, false
	}
	ok := isLabel(parts[1]) && isLabel(parts[3]) && len(parts[4]) == 12 && isNumber(parts[4]) && consistsOf(parts[5], "/_.-")
	return arn{region: parts[3]}, ok
}

// gcpName is a secret's id and, from a full resource name, what else it says.
type gcpName struct{ project, location, secret, version string }

// parseGCPName reads a short id or
// projects/P[/locations/L]/secrets/S[/versions/V].
func parseGCPName(s string) (gcpName, bool) {
	isID := func(s string) bool { return len(s) <= 255 && consistsOf(s, "_-") }
	if !strings.Contains(s, "/") {
		return gcpName{secret: s}, isID(s)
	}
	parts := strings.Split(s, "/")
	if len(parts)%2 != 0 {
		return gcpName{}, false
	}
	var name gcpName
	allowed := []string{"projects", "locations", "secrets", "versions"}
	for i := 0; i < len(parts); i += 2 {
		// Each collection stands at most once and in this order.
		for len(allowed) > 0 && allowed[0] != parts[i] {
			allowed = allowed[1:]
		}
		if len(allowed) == 0 {
			return gcpName{}, false
		}
		allowed = allowed[1:]
		switch parts[i] {
		case "projects":
			name.project = parts[i+1]
		case "locations":
			name.location = parts[i+1]
			if !isLabel(name.location) {
				return gcpName{}, false
			}
		case "secrets":
			name.secret = parts[i+1]
		case "versions":
			name.version = parts[i+1]
			if !consistsOf(name.version, "_-") {
				return gcpName{}, false
			}
		}
	}
	return name, isGCPProject(name.project) && isID(name.secret)
}

// isGCPProject reports whether s is a project's number or id, which may be
// scoped by a domain: example.com:my-project.
func isGCPProject(s string) bool {
	if domain, id, scoped := strings.Cut(s, ":"); scoped {
		for label := range strings.SplitSeq(domain, ".") {
			if !isLabel(label) {
				return false
			}
		}
		s = id
	}
	return isLabel(s)
}

// isLabel reports whether s is a DNS label: 1 to 63 letters, digits and
// hyphens, no hyphen at either end (RFC 1123, section 2.1).
func isLabel(s string) bool {
	return len(s) <= 63 && consistsOf(s, "-") && s[0] != '-' && s[len(s)-1] != '-'
}

// isNumber reports whether s is one or more ASCII digits.
func isNumber(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// consistsOf reports whether s is not empty and consists of ASCII letters,
// digits and the given others.
func consistsOf(s, others string) bool {
	for i := range len(s) {
		c := s[i]
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte(others, c) >= 0 {
			continue
		}
		return false
	}
	return s != ""
}

// oneOf joins values for a sentence: "text, json or binary".
func oneOf(values []string) string {
	if len(values) < 2 {
		return strings.Join(values, "")
	}
	last := len(values) - 1
	return strings.Join(values[:last], ", ") + " or " + values[last]
}
