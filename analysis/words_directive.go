package analysis

import "strings"

// directiveWord is a directive of request files. Those without a Doc belong to
// another tool: they are known, so that nobody is warned about them, but not
// offered.
type directiveWord struct {
	Name string
	Doc  string
	// Argument is the snippet behind the name; empty for a flag.
	Argument string
}

// directiveWords are the directives of `# @name` lines that REST Client,
// httpYac, JetBrains and Kulala know.
var directiveWords = []directiveWord{
	{"name", "Names the request, for `--name`, the outline and references to its answer.", "${1:request}"},
	{"note", "Asks before the request is sent.", ""},
	{"no-redirect", "Does not follow redirects.", ""},
	{"no-cookie-jar", "Keeps this request's cookies out of the cookie jar.", ""},
	{"no-log", "Keeps the request out of logs and history.", ""},
	{"no-auto-encoding", "Sends the target as it is written.", ""},
	{"prompt", "Asks for a value before the request is sent.", "${1:name} ${2:What to ask}"},
	{"timeout", "How long to wait for the answer: `10 s`, `500 ms`.", "${1:10 s}"},
	{"connection-timeout", "How long to wait for the connection.", "${1:5 s}"},
	{"title", "", ""}, {"description", "", ""}, {"disabled", "", ""}, {"debug", "", ""}, {"verbose", "", ""},
	{"extension", "", ""}, {"force-ref", "", ""}, {"ref", "", ""}, {"import", "", ""}, {"inject-variables", "", ""},
	{"jwt", "", ""}, {"language", "", ""}, {"loop", "", ""}, {"keep-streaming", "", ""}, {"no-client-cert", "", ""},
	{"no-proxy", "", ""}, {"proxy", "", ""}, {"no-reject-unauthorized", "", ""}, {"no-response-view", "", ""},
	{"no-streaming-log", "", ""}, {"open-with", "", ""}, {"ratelimit", "", ""}, {"save", "", ""}, {"sleep", "", ""},
	{"force-region-delimiter", "", ""}, {"grpc-reflection", "", ""}, {"xpath_ns", "", ""}, {"no-gql-parsing", "", ""},
	{"response-ref", "", ""}, {"post-redirect-get", "", ""}, {"use-os-credentials", "", ""}, {"raw-body", "", ""},
	{"kulala-expect-status-code", "", ""}, {"kulala-prompt", "", ""}, {"secret", "", ""}, {"accept", "", ""},
	{"delay", "", ""}, {"jq", "", ""}, {"stdin-cmd", "", ""}, {"stdin-cmd-pre", "", ""}, {"env-stdin-cmd", "", ""},
	{"env-stdin-cmd-pre", "", ""}, {"env-json-key", "", ""}, {"env-header-key", "", ""},
	{"kulala-file-contents-to-variable", "", ""}, {"kulala-vscode-restclient-compat", "", ""},
	{"kulala-openapi-explorer", "", ""}, {"file-to-variable", "", ""},
}

// directivePrefixes begin whole families of directives of other tools.
var directivePrefixes = []string{"kulala-curl", "curl-", "grpc-", "kulala-grpc"}

// knownDirectives holds the names of directiveWords in the form of foldDirective.
var knownDirectives = func() map[string]bool {
	known := make(map[string]bool, len(directiveWords))
	for _, d := range directiveWords {
		known[foldDirective(d.Name)] = true
	}
	return known
}()

// foldDirective makes the spellings of a directive equal: httpYac takes
// noRedirect for no-redirect.
func foldDirective(name string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(name))
}

func isKnownDirective(name string) bool {
	if knownDirectives[name] || knownDirectives[foldDirective(name)] {
		return true
	}
	lower := strings.ToLower(name)
	for _, prefix := range directivePrefixes {
		if strings.HasPrefix(lower, prefix) {
			return true
		}
	}
	return false
}
