package request_test

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/request"
)

// TestSystemVariables has the clock at 2026-01-31 12:00 UTC and a random
// source that gives its greatest number.
func TestSystemVariables(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"{{$guid}}":                      `[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`,
		"{{$uuid}}":                      `[0-9a-f-]{36}`,
		"{{$timestamp}}":                 `1769860800`,
		"{{$timestamp -3 h}}":            `1769850000`,
		"{{$timestamp 1 d}}":             `1769947200`,
		"{{$timestamp 1 M}}":             `1772280000`, // February 28
		"{{$timestamp 1 y}}":             `1801396800`,
		"{{$timestamp 500 ms}}":          `1769860800`,
		"{{$timestamp 20000000000 s}}":   `21769860800`,
		"{{$timestamp -20000000001 ms}}": `1749860799`,
		"{{$randomInt 1 10}}":            `9`,
		"{{$randomInt}}":                 `999`,
		"{{$randomInt -5 5}}":            `4`,
		"{{$randomInt 1 {{top}}}}":       `9`,
		"{{$timestamp 2 w}}":             `1771070400`,
		"{{$timestamp 1 Q}}":             `1777550400`, // April 30
		"{{$isoTimestamp}}":              `2026-01-31T12:00:00\.000Z`,

		"{{$datetime iso8601}}":                     `2026-01-31T12:00:00\.000Z`,
		"{{$datetime rfc1123}}":                     `Sat, 31 Jan 2026 12:00:00 GMT`,
		`{{$datetime "YYYY-MM-DD"}}`:                `2026-01-31`,
		`{{$datetime 'DD.MM.YYYY [at] HH:mm' 1 d}}`: `01\.02\.2026 at 12:00`,
		"{{$datetime YYYY -1 y}}":                   `2025`,
		"{{$datetime {{format}}}}":                  `26/1`,
		"{{$localDatetime iso8601}}":                `2026-01-31T14:00:00\+02:00`,
		"{{$datetime}}":                             `2026-01-31T12:00:00\.000Z`,
		"{{$datetime -1 d}}":                        `2026-01-30T12:00:00\.000Z`,
		"{{$localDatetime 1 h}}":                    `2026-01-31T15:00:00\+02:00`,
		"{{$localDatetime rfc1123 -1 h}}":           `Sat, 31 Jan 2026 13:00:00 \+0200`,

		"{{$random.integer(1, 10)}}":    `9`,
		"{{$random.integer(1,10)}}":     `9`,
		"{{$random.integer}}":           `999`,
		"{{$random.integer()}}":         `999`,
		"{{$random.integer(10)}}":       `9`,
		"{{$random.float(1)}}":          `0\.999999\d+`,
		"{{$random.email()}}":           `z{10}@example\.com`,
		"{{$random.uuid( )}}":           `[0-9a-f-]{36}`,
		"{{$random.name.firstName()}}":  `\w+`,
		"{{$random.float(0.5,1)}}":      `0\.999999\d+`,
		"{{$random.uuid}}":              `[0-9a-f-]{36}`,
		"{{$random.alphabetic(3)}}":     `ZZZ`,
		"{{$random.alphanumeric( 3 )}}": `___`,
		"{{$random.hexadecimal(4)}}":    `ffff`,
		"{{$random.email}}":             `z{10}@example\.com`,
		"{{$random.name.firstName}}":    `\w+`,
		"{{$env.NAME}}":                 `from-env`,
		"{{$dotEnv DOT}}":               `from-dotenv`,
		"{{$shared host}}/{{host}}":     `shared\.test/dev\.test`,
		"{{$processEnv NAME}}":          `from-env`,
		"{{$processEnv {{which}}}}":     `from-env`,
		"{{$processEnv %which}}":        `from-env`,
		"{{$dotenv DOT}}":               `from-dotenv`,
		"{{$dotenv %dot}}":              `from-dotenv`,
		"{{indirect}}-{{$guid}}x":       `from-env-[0-9a-f-]{36}x`,
	}
	for expression, want := range tests {
		t.Run(expression, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.env["NAME"] = "from-env"
			server := w.serve(false, nil)
			file := parser.Parse("@which = NAME\n@top = 10\n@dot = DOT\n@indirect = {{$processEnv NAME}}\n@format = YY/M\n\nPOST " + server.URL + "\n\n" + expression)
			envs := env.Load(fstest.MapFS{
				".env":                 {Data: []byte("DOT=from-dotenv\n")},
				"http-client.env.json": {Data: []byte(`{"$shared": {"host": "shared.test"}, "dev": {"host": "dev.test"}}`)},
			}, ".")
			plan, problems := request.Build(file, file.Blocks[0].Request, env.NewScope(file, envs, "dev", nil), w.sources())
			if plan == nil {
				t.Fatal(problems)
			}
			if _, problem := w.sendWith(plan, w.call()); problem != nil {
				t.Fatal(problem)
			}
			if got := server.last(t).Body; !regexp.MustCompile("^" + want + "$").MatchString(got) {
				t.Errorf("%q, want %s", got, want)
			}
		})
	}
}

// TestOneTimeForARequest: a boundary that is made of the time is the same in the
// header and in the body.
func TestOneTimeForARequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := w.serve(false, nil)
	sources, now := w.sources(), time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	sources.Now = func() time.Time { now = now.Add(time.Second); return now }
	file := parser.Parse("POST " + server.URL + "\nContent-Type: multipart/form-data; boundary=X{{$timestamp}}\n\n--X{{$timestamp}}\n\n1\n--X{{$timestamp}}--\n")
	plan, problems := request.Build(file, file.Blocks[0].Request, env.NewScope(file, nil, "", nil), sources)
	if plan == nil {
		t.Fatalf("Build: %+v", problems)
	}
	if _, problem := w.sendWith(plan, w.call()); problem != nil {
		t.Fatal(problem)
	}
	got := server.last(t)
	boundary := strings.TrimPrefix(got.Header.Get("Content-Type"), "multipart/form-data; boundary=")
	if want := "--" + boundary + "\r\n\r\n1\r\n--" + boundary + "--\r\n"; got.Body != want {
		t.Errorf("the body is %q, want %q", got.Body, want)
	}
}

// TestEverySystemVariableOfTheTableIsEvaluated: what completion offers can be
// sent.
func TestEverySystemVariableOfTheTableIsEvaluated(t *testing.T) {
	t.Parallel()
	for _, v := range env.Systems() {
		w := newWorld(t)
		_, problems := w.build("GET http://x.test/" + v.Example)
		for _, p := range problems {
			if p.Code != request.CodeMissingEnv && p.Code != request.CodeInputNeeded && v.Name != "shared" {
				t.Errorf("%s: %+v", v.Example, p)
			}
		}
	}
}

func TestValuesOfThisMachineAreMasked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.env["NAME"] = "from-env-value"
	server := w.serve(false, nil)
	file := parser.Parse("GET " + server.URL + "/{{$processEnv NAME}}\nX-Dot: {{$dotenv DOT}}\n")
	envs := env.Load(fstest.MapFS{".env": {Data: []byte("DOT=dotenv-value\n")}}, ".")
	plan, problems := request.Build(file, file.Blocks[0].Request, env.NewScope(file, envs, "", nil), w.sources())
	if plan == nil {
		t.Fatal(problems)
	}
	response, problem := w.sendWith(plan, w.call())
	if problem != nil {
		t.Fatal(problem)
	}
	if text := response.Request.URL + response.Request.Headers[0].Value; strings.Contains(text, "value") {
		t.Errorf("shown: %s", text)
	}
	if got := w.redact.Mask("from-env-value dotenv-value"); strings.Contains(got, "value") {
		t.Errorf("not registered: %s", got)
	}
}
