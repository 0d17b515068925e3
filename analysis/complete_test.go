package analysis

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/parser"
)

// TestCompleteApplies: what accepting an item makes of the source. The marker
// in want shows the tab stops of a snippet.
func TestCompleteApplies(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src, label, want string }{
		{"method", "‸", "GET", "GET "},
		{"method half typed", "PO‸ https://x", "POST", "POST https://x"},
		{"method in lower case", "po‸", "POST", "POST "},
		{"separator", "##‸", "###", "### ‸Title\n‸GET ‸https://$0"},
		{"directive", "# @na‸\nGET http://x", "@name", "# @name ‸request\nGET http://x"},
		{"variable line", "@‸", "@variable", "@‸name = $0"},
		{"header", request + "Acc‸", "Accept", request + "Accept: "},
		{"header on an empty line", request + "A: b\n‸", "Accept", request + "A: b\nAccept: "},
		{"header with colon", request + "Acc‸: x", "Accept", request + "Accept: x"},
		{"header from inside", request + "Conte‸nt-Ty: x", "Content-Type", request + "Content-Type: x"},
		{"media type", request + "Content-Type: appl‸", "application/json", request + "Content-Type: application/json"},
		{"media type replaced", request + "Accept: application/‸xml", "application/json", request + "Accept: application/json"},
		{"second media type", request + "Accept: text/plain, ‸", "text/html", request + "Accept: text/plain, text/html"},
		{"scheme", request + "Authorization: ‸", "Bearer", request + "Authorization: Bearer "},
		{"scheme before token", request + "Authorization: B‸ {{x}}", "Bearer", request + "Authorization: Bearer {{x}}"},
		{"secret behind the scheme", request + "Authorization: Bearer ‸\nA: b", "{{$vault}}", request + "Authorization: Bearer {{$vault path=‸}}$0\nA: b"},
		{"secret of a header without scheme", request + "x-api-key: ‸", "{{$local}}", request + "x-api-key: {{$local secret=‸}}$0"},
		{"provider unclosed", request + "A: {{$‸", "$vault", request + "A: {{$vault path=‸}}$0"},
		{"provider half typed", request + "A: {{$va‸", "$vault", request + "A: {{$vault path=‸}}$0"},
		{"provider closed by the editor", request + "A: {{$‸}}", "$vault", request + "A: {{$vault path=‸}}"},
		{"provider with blanks", request + "A: {{ $va‸ }}", "$vault", request + "A: {{ $vault path=‸ }}"},
		{"provider without dollar", request + "A: {{‸}}", "$local", request + "A: {{$local secret=‸}}"},
		{"provider by letters", request + "A: {{va‸}}", "$vault", request + "A: {{$vault path=‸}}"},
		{"provider with two fields", request + "A: {{$hc‸", "$hcp", request + "A: {{$hcp app=‸ secret=‸}}$0"},
		{"provider before fields", request + "A: {{$a‸ secret=x}}", "$azure", request + "A: {{$azure secret=x}}"},
		{"provider word replaced", request + "A: {{$va‸xx path=x}}", "$vault", request + "A: {{$vault path=x}}"},
		{"provider in a JSON string", "POST http://x\n\n{\"a\": \"{{$‸\"}", "$vault", "POST http://x\n\n{\"a\": \"{{$vault path=‸}}$0\"}"},
		{"braces of JSON are not ours", "POST http://x\n\n{\"a\": {\"b\": \"{{$‸\", \"c\": 1}}", "$guid", "POST http://x\n\n{\"a\": {\"b\": \"{{$guid}}\", \"c\": 1}}"},
		{"an expression follows", "GET http://{{$‸/{{id}}", "$guid", "GET http://{{$guid}}/{{id}}"},
		{"in a variable line", "@a = {{$‸\n", "$local", "@a = {{$local secret=‸}}$0\n"},
		{"in the target", "GET http://x/{{$gu‸ HTTP/1.1", "$guid", "GET http://x/{{$guid}} HTTP/1.1"},
		{"system with optional arguments", request + "A: {{$ra‸", "$randomInt", request + "A: {{$randomInt}}"},
		{"system with arguments", request + "A: {{$dot‸", "$dotenv", request + "A: {{$dotenv ‸}}$0"},
		{"variable", "GET http://{{ho‸", "host", "GET http://{{host}}"},
		{"variable closed", "GET http://{{ho‸}}/x", "host", "GET http://{{host}}/x"},
		{"variable word replaced", "GET http://{{ho‸xx}}/x", "host", "GET http://{{host}}/x"},
		{"variable before text", "GET http://{{ho‸/x", "host", "GET http://{{host}}/x"},
		{"encoded variable", "GET http://{{%ho‸}}/x", "host", "GET http://{{%host}}/x"},
		{"file variable", "@mine = 1\nGET http://{{mi‸}}", "mine", "@mine = 1\nGET http://{{mine}}"},
		{"nested variable", request + "A: {{$aws secret={{ver‸", "version", request + "A: {{$aws secret={{version}}"},
		{"nested variable closed", request + "A: {{$aws secret={{ver‸}}/x}}", "version", request + "A: {{$aws secret={{version}}/x}}"},
		{"nested variable in quotes", request + "A: {{$aws secret='a {{ver‸", "version", request + "A: {{$aws secret='a {{version}}"},
		{"member", request + "A: {{conf.l‸}}", "conf.list", request + "A: {{conf.list}}"},
		{"dotenv", request + "A: {{$dotenv A‸}}", "API_KEY", request + "A: {{$dotenv API_KEY}}"},
		{"date format in quotes", request + "A: {{$datetime \"‸ DD\"}}", `"YYYY-MM-DD"`, request + `A: {{$datetime "YYYY-MM-DD"}}`},
		{"date format in a quote", request + "A: {{$datetime '‸", `'YYYY-MM-DD'`, request + `A: {{$datetime 'YYYY-MM-DD'`},
		{"name from a variable", request + "A: {{$processEnv %ho‸}}", "host", request + "A: {{$processEnv %host}}"},
		{"date format", request + "A: {{$datetime ‸}}", "iso8601", request + "A: {{$datetime iso8601}}"},
		{"date letters", request + "A: {{$datetime ‸}}", `"YYYY-MM-DD"`, request + `A: {{$datetime "YYYY-MM-DD"}}`},
		{"unit of an offset", request + "A: {{$timestamp -1 ‸}}", "d", request + "A: {{$timestamp -1 d}}"},
		{"shared", request + "A: {{$shared ‸", "version", request + "A: {{$shared version}}"},
		{"environment variable", request + "A: {{$en‸}}", "$env.", request + "A: {{$env.}}"},
		{"dotenv unclosed", request + "A: {{$dotenv ‸", "API_KEY", request + "A: {{$dotenv API_KEY}}"},
		{"field", request + "A: {{$vault ‸}}", "path", request + "A: {{$vault path=}}"},
		{"field half typed", request + "A: {{$vault pa‸}}", "path", request + "A: {{$vault path=}}"},
		{"field unclosed", request + "A: {{$vault ‸", "path", request + "A: {{$vault path=‸}}$0"},
		{"field renamed", request + "A: {{$vault pa‸t=x}}", "path", request + "A: {{$vault path=x}}"},
		{"all required fields", request + "A: {{$hcp ‸}}", "app=… secret=…", request + "A: {{$hcp app=‸ secret=‸}}"},
		{"the rest of the required fields", request + "A: {{$hcp app=web ‸", "secret=…", request + "A: {{$hcp app=web secret=‸}}$0"},
		{"enum", request + "A: {{$vault path=a engine=‸}}", "v2", request + "A: {{$vault path=a engine=v2}}"},
		{"enum replaced", request + "A: {{$vault engine=v‸1 path=a}}", "v2", request + "A: {{$vault engine=v2 path=a}}"},
		{"enum in quotes", request + "A: {{$vault engine='‸' path=a}}", "v2", request + "A: {{$vault engine='v2' path=a}}"},
		{"enum unclosed", request + "A: {{$vault path=a engine=‸", "v2", request + "A: {{$vault path=a engine=v2}}"},
		{"credential", request + "A: {{$vault path=a credential=st‸}}", "staging", request + "A: {{$vault path=a credential=staging}}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in, offset := atMarker(t, tt.src)
			items := Complete(in, offset).Items
			item, ok := find(items, tt.label)
			if !ok {
				t.Fatalf("no %q in %q", tt.label, labels(items))
			}
			if got := applied(in.File.Src, item.Edit); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			if item.Edit.Span.Start > offset || item.Edit.Span.End < offset {
				t.Errorf("span %v does not hold the cursor %d", item.Edit.Span, offset)
			}
			typed := in.File.Src[item.Edit.Span.Start:offset]
			if !strings.HasPrefix(strings.ToLower(item.Filter), strings.ToLower(typed)) {
				t.Errorf("filter %q does not begin with what is typed, %q", item.Filter, typed)
			}
		})
	}
}

func TestCompleteLists(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, src string
		want      []string
	}{
		{"fields, required first, all of them last", request + "A: {{$vault ‸}}",
			[]string{"path", "mount", "engine", "version", "namespace", "credential", "key", "decode", "encode", "trim", "ttl", "path=…"}},
		{"used fields are left out", request + "A: {{$vault path=a key=b ‸ engine=v1}}",
			[]string{"mount", "version", "namespace", "credential", "decode", "encode", "trim", "ttl"}},
		{"both forms", request + "A: {{$azure ‸}}",
			[]string{"id", "vault", "secret", "version", "credential", "key", "decode", "encode", "trim", "ttl", "id=…", "vault=… secret=…"}},
		{"the begun form", request + "A: {{$azure vault=a ‸}}",
			[]string{"secret", "version", "credential", "key", "decode", "encode", "trim", "ttl", "secret=…"}},
		{"credentials of the provider only", request + "A: {{$vault credential=‸}}", []string{"infra", "staging"}},
		{"trim", request + "A: {{$vault trim=‸}}", []string{"true"}},
		{"nested offers variables only", request + "A: {{$vault path={{‸}}}}",
			[]string{"API_KEY", "OTHER", "broken", "conf", "host", "old_key", "password", "stripe_key", "tag", "version"}},
		{"nothing in a comment", "# {{‸\n" + request, nil},
		{"nothing in a body", "POST http://x\n\nhello ‸\n", nil},
		{"nothing behind a closed expression", "POST http://x\n\n{{$guid}}‸\n", nil},
		{"nothing for the value of an unknown header", request + "X-Thing: ‸", nil},
		{"nothing for a value nobody knows", request + "A: {{$vault ttl=‸}}", nil},
		{"an encoded expression is a variable", request + "A: {{%h‸}}",
			[]string{"API_KEY", "OTHER", "broken", "conf", "host", "old_key", "password", "stripe_key", "tag", "version"}},
		{"no secret in front of one", request + "X-API-Key: ‸{{host}}", nil},
		{"nothing behind a method", "GET ‸", nil},
		{"no method below a request", request + "\n‸", []string{"###", "# @name", "@variable"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in, offset := atMarker(t, tt.src)
			got := labels(Complete(in, offset).Items)
			if len(got) == 0 {
				got = nil
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCompleteDollarOffersCallsOnly(t *testing.T) {
	t.Parallel()
	in, offset := atMarker(t, request+"A: {{$‸")
	for _, item := range Complete(in, offset).Items {
		if !strings.HasPrefix(item.Label, "$") || !strings.HasPrefix(item.Filter, "$") {
			t.Errorf("unexpected %+v", item)
		}
	}
}

func TestCompleteHeadersLeavesOutThosePresent(t *testing.T) {
	t.Parallel()
	in, offset := atMarker(t, request+"accept: x\nCon‸\nAuthorization: y\n")
	names := labels(Complete(in, offset).Items)
	if slices.Contains(names, "Accept") || slices.Contains(names, "Authorization") || !slices.Contains(names, "Content-Type") {
		t.Errorf("got %q", names)
	}
}

func TestCompleteWithoutSnippets(t *testing.T) {
	t.Parallel()
	in, offset := atMarker(t, request+"A: {{$‸")
	item, _ := find(Complete(in, offset).Items, "$vault")
	if item.Edit.New != "$vault path=" || !item.Retrigger {
		t.Errorf("got %+v", item)
	}
}

func TestCompleteLive(t *testing.T) {
	t.Parallel()
	values := []LiveValue{{Value: "app/db"}, {Value: "app/"}, {Value: "with blank"}, {Value: "v1/db"}}
	tests := []struct {
		name, src string
		want      *LiveQuery // without unexported fields
		label     string
		applied   string
	}{
		{"path", request + "A: {{$vault path=app‸}}", &LiveQuery{Provider: "vault", Field: "path", Known: map[string]string{}, Prefix: "app"},
			"app/db", request + "A: {{$vault path=app/db}}"},
		{"folder goes on", request + "A: {{$vault path=‸", &LiveQuery{Provider: "vault", Field: "path", Known: map[string]string{}},
			"app/", request + "A: {{$vault path=app/"},
		{"end of an unclosed reference", request + "A: {{$vault path=‸", &LiveQuery{Provider: "vault", Field: "path", Known: map[string]string{}},
			"app/db", request + "A: {{$vault path=app/db}}"},
		{"quotes where needed", request + "A: {{$vault path=‸}}", &LiveQuery{Provider: "vault", Field: "path", Known: map[string]string{}},
			"with blank", request + "A: {{$vault path='with blank'}}"},
		{"in open quotes", request + "A: {{$vault path='wi‸}}", &LiveQuery{Provider: "vault", Field: "path", Known: map[string]string{}, Prefix: "wi"},
			"with blank", request + "A: {{$vault path='with blank'}}"},
		{"in quotes", request + "A: {{$vault path=\"wi‸\" key=x}}", &LiveQuery{Provider: "vault", Field: "path", Known: map[string]string{}, Prefix: "wi"},
			"with blank", request + "A: {{$vault path=\"with blank\" key=x}}"},
		{"what is known", request + "A: {{$vault key=‸ mount=kv path={{version}}/a credential=infra ttl=5m}}",
			&LiveQuery{Provider: "vault", Credential: "infra", Field: "key", Known: map[string]string{"mount": "kv", "path": "v1/a"}}, "", ""},
		{"behind a variable", request + "A: {{$vault path={{version}}/d‸}}", &LiveQuery{Provider: "vault", Field: "path", Known: map[string]string{}, Prefix: "v1/d"},
			"v1/db", request + "A: {{$vault path={{version}}/db}}"},
		{"an unknown variable", request + "A: {{$vault path={{nobody}}/d‸}}", nil, "", ""},
		{"a private variable", request + "A: {{$vault path={{password}}/d‸}}", nil, "", ""},
		{"an unknown mount", request + "A: {{$vault path=‸ mount={{nobody}}}}", nil, "", ""},
		{"a field that cannot be listed", request + "A: {{$vault ttl=‸}}", nil, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in, offset := atMarker(t, tt.src)
			q := Complete(in, offset).Live
			if (q == nil) != (tt.want == nil) {
				t.Fatalf("got %+v, want %+v", q, tt.want)
			}
			if q == nil {
				return
			}
			got := &LiveQuery{Provider: q.Provider, Credential: q.Credential, Field: q.Field, Known: q.Known, Prefix: q.Prefix}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(LiveQuery{})); diff != "" {
				t.Error(diff)
			}
			if tt.label == "" {
				return
			}
			item, ok := find(q.Items(values), tt.label)
			if !ok {
				t.Fatalf("no %q", tt.label)
			}
			if got := applied(in.File.Src, item.Edit); got != tt.applied {
				t.Errorf("got  %q\nwant %q", got, tt.applied)
			}
			if typed := in.File.Src[item.Edit.Span.Start:offset]; !strings.HasPrefix(item.Filter, typed) {
				t.Errorf("filter %q does not begin with what is typed, %q", item.Filter, typed)
			}
		})
	}
}

// Nothing is offered in the text around the requests of a Markdown file.
func TestCompleteInProse(t *testing.T) {
	t.Parallel()
	const src = "# Title\nG\n```http\nG\n```\n"
	f := parser.ParseAs(parser.Markdown, src)
	if got := Complete(Input{File: f}, strings.Index(src, "G\n")+1); len(got.Items) > 0 {
		t.Errorf("%d items in prose", len(got.Items))
	}
	if got := Complete(Input{File: f}, strings.LastIndex(src, "G\n")+1); len(got.Items) == 0 {
		t.Error("no items in the fence")
	}
}
