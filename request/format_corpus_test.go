package request

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/format"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/template"
)

// TestFormattedCorpusSendsTheSame: over every file of the corpus, the plans of
// its requests are the same byte for byte before and after formatting, but for
// the insignificant white space of JSON bodies.
func TestFormattedCorpusSendsTheSame(t *testing.T) {
	t.Parallel()
	requests, plans := 0, 0
	err := filepath.WalkDir(testtools.Corpus(t), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".http" && filepath.Ext(path) != ".rest" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		src := string(data)
		out, err := text.Apply(src, format.File(parser.Parse(src), format.Options{}, parser.Parse))
		if err != nil {
			return err
		}
		w := dummyWorld(t, src)
		before, built := w.plans(src)
		after, _ := w.plans(out)
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("%s sends something else when it is formatted:\n%s", path, diff)
		}
		requests, plans = requests+len(before), plans+built
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d requests, %d of them with a plan", requests, plans)
	if plans*2 < requests {
		t.Errorf("only %d of %d requests could be built", plans, requests)
	}
}

// dummy is a world in which every name of a file has some value, so that its
// requests can be built without anything that is not there.
type dummy struct {
	sources Sources
	envs    *env.Environments
}

func dummyWorld(t *testing.T, src string) dummy {
	t.Helper()
	file := parser.Parse(src)
	dir := t.TempDir()
	variables, dotenv := map[string]bool{}, map[string]bool{}
	var see func(e *template.Expr)
	see = func(e *template.Expr) {
		if e.Kind == template.Variable || e.Kind == template.EncodedVariable {
			variables[e.Name] = true
		}
		for _, a := range e.Args {
			if value, ok := a.Literal(); ok {
				dotenv[strings.TrimPrefix(value, "%")] = true
			}
			for _, part := range a.Value {
				if part.Expr != nil {
					see(part.Expr)
				}
			}
		}
	}
	for _, v := range file.Variables {
		for _, part := range v.Value.Parts {
			if part.Expr != nil {
				see(part.Expr)
			}
		}
	}
	for _, b := range file.Blocks {
		if b.Request == nil {
			continue
		}
		b.Request.EachExpr(see)
		if b.Request.Body == nil {
			continue
		}
		for _, f := range b.Request.Body.Files {
			writeDummy(dir, f.Path.Text(src))
		}
	}
	object := "{\"$shared\": {"
	for name := range variables {
		object += fmt.Sprintf("%q: \"v%d\",", name, len(name))
	}
	lines := ""
	for name := range dotenv {
		lines += name + "=d\n"
	}
	return dummy{
		envs: env.Load(fstest.MapFS{"http-client.env.json": {Data: []byte(object + "}}")}, ".env": {Data: []byte(lines)}}, "."),
		sources: Sources{
			Dir: dir, LookupEnv: func(name string) (string, bool) { return "environment", true },
			Now: func() time.Time { return time.Unix(1_700_000_000, 0) }, Local: time.UTC,
			Random: func(n int64) int64 { return n / 2 },
			Answer: func(p env.Prompt) (string, bool) {
				if len(p.Choices) > 0 {
					return p.Choices[0], true
				}
				return "answer", true
			},
		},
	}
}

// writeDummy makes a body file, if its path stays in the folder.
func writeDummy(dir, name string) {
	if name = filepath.FromSlash(name); !filepath.IsLocal(name) {
		return
	}
	name = filepath.Join(dir, name)
	_ = os.MkdirAll(filepath.Dir(name), fs.FileMode(0o700))
	_ = os.WriteFile(name, []byte("file {{v}}"), 0o600)
}

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

// plans describes what each request of a source comes to.
func (w dummy) plans(src string) (described []string, built int) {
	file := parser.Parse(src)
	scope := env.NewScope(file, w.envs, "", nil)
	for _, b := range file.Blocks {
		if b.Request == nil {
			continue
		}
		plan, problems := Build(file, b.Request, scope, w.sources)
		var out strings.Builder
		for _, p := range problems {
			fmt.Fprintln(&out, p.Severity, p.Code, p.Message)
		}
		if plan != nil {
			built++
			plan.describe(&out)
		}
		described = append(described, uuids.ReplaceAllString(out.String(), "uuid"))
	}
	return described, built
}

// describe writes all that is sent, with a number for each value.
func (p *Plan) describe(out *strings.Builder) {
	v := make(values, len(p.Uses))
	for i, u := range p.Uses {
		v[i] = fmt.Sprint(900_000 + i)
		fmt.Fprintln(out, u.Reference, u.In)
	}
	fmt.Fprintln(out, p.Name, p.Method, p.target.text(v), p.Warnings, p.Timeout, p.NoRedirect)
	for i := range p.headers {
		p.headers[i].each(func(pieces []piece) { fmt.Fprintf(out, "%s: %q\n", p.headers[i].name, render(pieces, v)) })
	}
	kind := p.mediaType()
	for _, part := range p.body.parts {
		switch s := render(part.pieces, v); {
		case part.file != nil:
			fmt.Fprintln(out, "file", part.file.name)
		case kind == "" || kind == "application/json" || kind == "text/json" || strings.HasSuffix(kind, "+json"):
			fmt.Fprintf(out, "%q\n", withoutBlanks(s))
		default:
			fmt.Fprintf(out, "%q\n", s)
		}
	}
}

// withoutBlanks removes the insignificant white space of what begins like JSON.
func withoutBlanks(s string) string {
	if first := strings.TrimLeft(s, " \t\r\n"); first == "" || first[0] != '{' && first[0] != '[' {
		return s
	}
	var out strings.Builder
	inString := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case inString && c == '\\' && i+1 < len(s):
			out.WriteByte(c)
			i++
		case c == '"':
			inString = !inString
		case !inString && strings.IndexByte(" \t\r\n", c) >= 0:
			continue
		}
		out.WriteByte(s[i])
	}
	return out.String()
}
