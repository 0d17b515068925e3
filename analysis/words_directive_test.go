package analysis

import (
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/parser"
)

// ofTools are the directives of the tools that people come from, and acting those
// of them that have an effect here.
const (
	ofTools = `name note no-redirect no-cookie-jar prompt
		title description disabled debug verbose extension force-ref ref import inject-variables jwt language loop
		keep-streaming no-log no-client-cert no-proxy proxy no-reject-unauthorized no-response-view no-streaming-log
		open-with ratelimit save sleep timeout force-region-delimiter grpc-reflection xpath_ns no-gql-parsing response-ref
		post-redirect-get
		kulala-expect-status-code kulala-prompt secret connection-timeout no-auto-encoding accept delay jq stdin-cmd
		stdin-cmd-pre env-stdin-cmd env-stdin-cmd-pre env-json-key env-header-key kulala-file-contents-to-variable
		kulala-vscode-restclient-compat kulala-openapi-explorer use-os-credentials`
	acting = " name no-redirect prompt timeout force-region-delimiter no-gql-parsing kulala-prompt secret raw-body "
)

// TestDirectivesOfTools: each is offered and explained in both spellings, and
// whether it has an effect here is said the same way everywhere.
func TestDirectivesOfTools(t *testing.T) {
	t.Parallel()
	for _, name := range strings.Fields(ofTools) {
		for _, written := range []string{name, camelCase(name)} {
			acts := strings.Contains(acting, " "+name+" ")
			in, offset := atMarker(t, "# @"+written+"‸\n"+request)
			item, offered := find(Complete(in, offset).Items, "@"+written)
			if !offered || item.Doc == "" {
				t.Errorf("@%s is not offered: %+v", written, item)
			}
			if silent := item.Detail == ""; silent != acts && name != "title" && name != "description" {
				t.Errorf("@%s: offered with %q", written, item.Detail)
			}
			hover := Hover(in, offset-1, nil)
			if hover == nil || !strings.Contains(hover.Markdown, plain(written)) {
				t.Fatalf("@%s is not explained", written)
			}
			if honest := strings.Contains(hover.Markdown, "no effect here"); honest == acts && name != "title" && name != "description" {
				t.Errorf("@%s: %s", written, hover.Markdown)
			}
			if found := codesOf(Diagnose(in), CodeUnknownDirective); found != nil {
				t.Errorf("@%s: %+v", written, found)
			}
		}
	}
	for _, word := range directiveWords {
		if _, known := parser.LookupDirective(word.Name); !known || word.Doc == "" {
			t.Errorf("%+v: package parser does not know it", word)
		}
	}
}

// TestDirectiveArguments: what a directive does not take is reported with what it
// takes, once, whoever acts on it.
func TestDirectiveArguments(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][]string{
		"# @timeout soon":                    {"warning invalid-directive soon"},
		"# @timeout 5000":                    {"hint timeout-in-seconds 5000"},
		"# @timeout 60":                      nil,
		"# @timeout 5000 ms":                 nil,
		"# @sleep 5000":                      {"hint directive-without-effect sleep"},
		"# @connectionTimeout soon":          {"warning invalid-directive soon"},
		"# @kulala-expect-status-code ok":    {"warning invalid-directive ok"},
		"# @sleep":                           {"warning invalid-directive sleep"},
		"# @sleep 100":                       {"hint directive-without-effect sleep"},
		"# @no-cookie-jar":                   {"hint directive-without-effect no-cookie-jar"},
		"# @note Really?":                    {"warning directive-without-effect note"},
		"# @disabled":                        {"warning directive-without-effect disabled"},
		"# @kulala-curl--insecure":           {"hint directive-without-effect kulala-curl--insecure"},
		"# @capture global token {{a.b}}":    {"hint directive-without-effect capture"},
		"# @title x":                         nil,
		"# @forceRegionDelimiter":            nil,
		"# @no-gql-parsing":                  nil,
		"# @http":                            {"warning unknown-directive http"},
		"# @noRedirct":                       {"warning unknown-directive noRedirct"},
		"# @connection-timeout {{variable}}": {"hint directive-without-effect connection-timeout"},
	} {
		if found := severitiesOf(line + "\n" + request); strings.Join(found, "; ") != strings.Join(want, "; ") {
			t.Errorf("%s: %q, want %q", line, found, want)
		}
	}
	for written, want := range map[string]string{
		"http": "", "mq": "", "noRedirct": "noRedirect", "no-redirct": "no-redirect", "promt": "prompt", "tiemout": "timeout",
		"forceref": "", "nmae": "name", "force-regoin-delimiter": "force-region-delimiter", "lopp": "loop", "nam": "name",
	} {
		found := codesOf(Diagnose(input("# @"+written+"\n"+request)), CodeUnknownDirective)
		if len(found) == 1 && found[0].Suggestion != want || len(found) == 0 && want != "" {
			t.Errorf("@%s: %+v, want %q", written, found, want)
		}
	}
}
