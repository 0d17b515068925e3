package lsp

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/golden"
	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

// TestMarkers runs the files of testdata/marker: one file, one behaviour. The
// folder names the feature. An archive holds
//
//	the request file a.http, with ‸ where the cursor stands,
//	environment files, if any,
//	`environment`, the name of the selected environment,
//	`golden`, what the server answers; -update writes it.
//
// A line `client: plain` in the comment runs it with a client that can do
// nothing but what every client can.
func TestMarkers(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "testdata", "marker", "*", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no marker tests: %v", err)
	}
	for _, file := range files {
		feature := filepath.Base(filepath.Dir(file))
		t.Run(feature+"/"+strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			runMarker(t, feature, file)
		})
	}
}

func runMarker(t *testing.T, feature, file string) {
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	comment, sections := parseArchive(string(content))
	show, known := markerFeatures()[feature]
	if !known {
		t.Fatalf("no feature %q", feature)
	}
	w := newWorld(t, nil)
	if strings.Contains(comment, "client: plain") {
		w.Initialize(nil)
	} else {
		w.initialize()
	}
	var m marker
	at := -1
	for i, f := range sections {
		switch f.name {
		case "a.http":
			m.src, m.offset = lsptest.Cut(f.data)
			m.uri = w.write(t, f.name, m.src)
		case "environment":
			m.environment = strings.TrimSpace(f.data)
		case "golden":
			at = i
		default:
			w.write(t, f.name, f.data)
		}
	}
	w.Open(m.uri, m.src)
	if m.environment != "" {
		if err := w.Command("vault-lsp.selectEnvironment", map[string]any{"uri": m.uri, "environment": m.environment}, nil); err != nil {
			t.Fatal(err)
		}
	}
	got := strings.ReplaceAll(show(w, m), w.dir, "$DIR")
	if at < 0 {
		at, sections = len(sections), append(sections, section{name: "golden"})
	}
	sections[at].data = got
	golden.Compare(t, file, formatArchive(comment, sections))
}

// section is one file of an archive in the txtar format: it stands behind a
// line "-- name --".
type section struct{ name, data string }

// parseArchive splits an archive into the text before the first section and
// the sections.
func parseArchive(content string) (comment string, sections []section) {
	for line := range strings.Lines(content) {
		name, isMark := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "-- ")
		name, ends := strings.CutSuffix(name, " --")
		switch {
		case isMark && ends:
			sections = append(sections, section{name: name})
		case len(sections) == 0:
			comment += line
		default:
			sections[len(sections)-1].data += line
		}
	}
	return comment, sections
}

func formatArchive(comment string, sections []section) string {
	out := comment
	for _, s := range sections {
		out += "-- " + s.name + " --\n" + s.data
	}
	return out
}

// marker is the document of a marker test.
type marker struct {
	uri, src, environment string
	offset                int
}

func (m marker) at() map[string]any { return lsptest.At(m.uri, lsptest.PositionOf(m.src, m.offset)) }

// markerFeatures ask the server and write its answer for people to read.
func markerFeatures() map[string]func(*world, marker) string {
	return map[string]func(*world, marker) string{
		"completion": markCompletion, "hover": markHover, "diagnostics": markDiagnostics,
		"codeaction": markCodeAction, "definition": markDefinition,
	}
}

func showRange(r lsptest.Range) string {
	return fmt.Sprintf("%d:%d-%d:%d", r.Start.Line, r.Start.Character, r.End.Line, r.End.Character)
}

// markCompletion writes an item a line: label, range, what is inserted.
func markCompletion(w *world, m marker) string {
	var list struct {
		Items []struct {
			item
			SortText string
		}
	}
	w.MustCall("textDocument/completion", m.at(), &list)
	slices.SortStableFunc(list.Items, func(a, b struct {
		item
		SortText string
	}) int {
		return strings.Compare(a.SortText, b.SortText)
	})
	var out strings.Builder
	for _, i := range list.Items {
		fmt.Fprintf(&out, "%s %s %q\n", i.Label, showRange(i.TextEdit.Range), i.TextEdit.NewText)
	}
	return out.String()
}

func markHover(w *world, m marker) string {
	var h *struct {
		Contents struct{ Value string }
		Range    lsptest.Range
	}
	w.MustCall("textDocument/hover", m.at(), &h)
	if h == nil {
		return "nothing\n"
	}
	return showRange(h.Range) + "\n" + strings.TrimRight(h.Contents.Value, "\n") + "\n"
}

func markDiagnostics(w *world, m marker) string {
	// A change asks for diagnostics in the environment that is selected now.
	w.Change(m.uri, 2)
	var out strings.Builder
	for _, d := range w.AwaitDiagnostics(m.uri, 2).Diagnostics {
		fmt.Fprintf(&out, "%s %d %s: %s\n", showRange(d.Range), d.Severity, d.Code, d.Message)
	}
	return out.String()
}

func markCodeAction(w *world, m marker) string {
	position := lsptest.PositionOf(m.src, m.offset)
	var actions []action
	w.MustCall("textDocument/codeAction", map[string]any{
		"textDocument": map[string]any{"uri": m.uri}, "context": map[string]any{"diagnostics": []any{}},
		"range": lsptest.Range{Start: position, End: position},
	}, &actions)
	var out strings.Builder
	for _, a := range actions {
		fmt.Fprintf(&out, "%s (%s)\n", a.Title, a.Kind)
		for _, edit := range a.Edit.Changes[m.uri] {
			fmt.Fprintf(&out, "  %s %q\n", showRange(edit.Range), edit.NewText)
		}
		for _, change := range a.Edit.DocumentChanges {
			for _, edit := range change.Edits {
				text := edit.NewText
				if edit.Snippet != nil {
					text = edit.Snippet.Value
				}
				fmt.Fprintf(&out, "  %s %q\n", showRange(edit.Range), text)
			}
		}
	}
	return out.String()
}

func markDefinition(w *world, m marker) string {
	var raw json.RawMessage
	w.MustCall("textDocument/definition", m.at(), &raw)
	var locations []struct {
		URI   string
		Range lsptest.Range
	}
	if err := json.Unmarshal(raw, &locations); err != nil {
		return err.Error()
	}
	var out strings.Builder
	for _, l := range locations {
		fmt.Fprintf(&out, "%s %s\n", strings.TrimPrefix(l.URI, "file://"), showRange(l.Range))
	}
	return out.String()
}
