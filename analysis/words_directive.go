package analysis

import "strings"

// directiveWord is a directive of request files. Those without a Doc belong to
// other tools: they are known but have no effect here, and are not offered.
type directiveWord struct {
	Name string
	Doc  string
	// Argument is the snippet behind the name; empty for a flag.
	Argument string
}

// directiveWords are the directives of `# @name` lines that REST Client,
// httpYac, JetBrains and Kulala know. Those with a Doc come first.
var directiveWords = []directiveWord{
	{"name", "Names the request, for `--name` and the outline.", "${1:request}"},
	{"no-redirect", "Does not follow redirects.", ""},
	{"timeout", "How long the request may take: `10 s`, `500 ms`, `1 m`; seconds where no unit stands.", "${1:10 s}"},
	{"raw-body", "Sends lines of the body that look like comments too.", ""},
	{"note", "", ""}, {"no-cookie-jar", "", ""}, {"no-log", "", ""}, {"no-auto-encoding", "", ""}, {"prompt", "", ""},
	{"connection-timeout", "", ""}, {"lang", "", ""},
	{"title", "", ""}, {"description", "", ""}, {"disabled", "", ""}, {"debug", "", ""}, {"verbose", "", ""},
	{"extension", "", ""}, {"force-ref", "", ""}, {"ref", "", ""}, {"import", "", ""}, {"inject-variables", "", ""},
	{"jwt", "", ""}, {"language", "", ""}, {"loop", "", ""}, {"keep-streaming", "", ""}, {"no-client-cert", "", ""},
	{"no-proxy", "", ""}, {"proxy", "", ""}, {"no-reject-unauthorized", "", ""}, {"no-response-view", "", ""},
	{"no-streaming-log", "", ""}, {"open-with", "", ""}, {"ratelimit", "", ""}, {"save", "", ""}, {"sleep", "", ""},
	{"force-region-delimiter", "", ""}, {"grpc-reflection", "", ""}, {"xpath_ns", "", ""}, {"no-gql-parsing", "", ""},
	{"response-ref", "", ""}, {"post-redirect-get", "", ""}, {"use-os-credentials", "", ""},
	{"kulala-expect-status-code", "", ""}, {"kulala-prompt", "", ""}, {"secret", "", ""}, {"accept", "", ""},
	{"delay", "", ""}, {"jq", "", ""}, {"stdin-cmd", "", ""}, {"stdin-cmd-pre", "", ""}, {"env-stdin-cmd", "", ""},
	{"env-stdin-cmd-pre", "", ""}, {"env-json-key", "", ""}, {"env-header-key", "", ""},
	{"kulala-file-contents-to-variable", "", ""}, {"kulala-vscode-restclient-compat", "", ""},
	{"kulala-openapi-explorer", "", ""}, {"file-to-variable", "", ""},
}

// directivePrefixes begin whole families of directives of other tools.
var directivePrefixes = []string{"kulala-curl", "curl-", "grpc-", "kulala-grpc"}

// knownDirectives holds directiveWords by name in the form of foldDirective.
var knownDirectives = func() map[string]directiveWord {
	known := make(map[string]directiveWord, len(directiveWords))
	for _, d := range directiveWords {
		known[foldDirective(d.Name)] = d
	}
	return known
}()

// foldDirective makes the spellings of a directive equal: httpYac takes
// noRedirect for no-redirect.
func foldDirective(name string) string {
	return strings.ToLower(directiveSeparators.Replace(name))
}

var directiveSeparators = strings.NewReplacer("-", "", "_", "")

// lookupDirective finds a directive by any of its spellings.
func lookupDirective(name string) (directiveWord, bool) {
	if d, ok := knownDirectives[name]; ok {
		return d, true
	}
	if d, ok := knownDirectives[foldDirective(name)]; ok {
		return d, true
	}
	lower := strings.ToLower(name)
	for _, prefix := range directivePrefixes {
		if strings.HasPrefix(lower, prefix) {
			return directiveWord{Name: name}, true
		}
	}
	return directiveWord{}, false
}

// describes reports whether a directive only says something about a request, so
// that nothing is lost where it has no effect.
func describes(name string) bool { return name == "title" || name == "description" }
