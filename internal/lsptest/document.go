package lsptest

import (
	"encoding/json"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Position is a place in a document, both numbers from 0.
type Position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

// Range is a range of a document.
type Range struct {
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// TextEdit replaces a range.
type TextEdit struct {
	Range   Range  `json:"range"`
	NewText string `json:"newText"`
}

// Diagnostic is what the tests look at of a diagnostic.
type Diagnostic struct {
	Range    Range  `json:"range"`
	Severity int    `json:"severity"`
	Code     string `json:"code"`
	Source   string `json:"source"`
	Message  string `json:"message"`

	CodeDescription struct {
		Href string `json:"href"`
	} `json:"codeDescription"`
}

// Diagnostics is one publishDiagnostics.
type Diagnostics struct {
	URI         string       `json:"uri"`
	Version     *int         `json:"version"`
	Diagnostics []Diagnostic `json:"diagnostics"`
}

// Initialized is what the tests look at of the answer to initialize.
type Initialized struct {
	Capabilities map[string]any `json:"capabilities"`
	ServerInfo   struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"serverInfo"`
}

// Initialize sends initialize and initialized. params may hold any members of
// InitializeParams; capabilities default to none.
func (e *Editor) Initialize(params map[string]any) Initialized {
	e.tb.Helper()
	full := map[string]any{"processId": nil, "rootUri": nil, "capabilities": map[string]any{}}
	for name, value := range params {
		full[name] = value
	}
	var answer Initialized
	e.MustCall("initialize", full, &answer)
	e.Notify("initialized", map[string]any{})
	return answer
}

// Shutdown ends the server as an editor does and returns its exit status.
func (e *Editor) Shutdown() int {
	e.tb.Helper()
	e.MustCall("shutdown", nil, nil)
	e.Notify("exit", nil)
	return e.Exit()
}

// Open opens a document at version 1.
func (e *Editor) Open(uri, text string) {
	e.tb.Helper()
	e.Notify("textDocument/didOpen", map[string]any{
		"textDocument": map[string]any{"uri": uri, "languageId": "http", "version": 1, "text": text},
	})
}

// Change is one content change; without Range the whole document.
type Change struct {
	Range *Range `json:"range,omitempty"`
	Text  string `json:"text"`
}

// Change changes a document.
func (e *Editor) Change(uri string, version int, changes ...Change) {
	e.tb.Helper()
	e.Notify("textDocument/didChange", map[string]any{
		"textDocument": map[string]any{"uri": uri, "version": version}, "contentChanges": changes,
	})
}

// Close closes a document.
func (e *Editor) Close(uri string) {
	e.tb.Helper()
	e.Notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": uri}})
}

// At are the parameters of a request at a position.
func At(uri string, position Position) map[string]any {
	return map[string]any{"textDocument": map[string]any{"uri": uri}, "position": position}
}

// Command runs a command of the server with its one argument.
func (e *Editor) Command(name string, argument, result any) error {
	e.tb.Helper()
	return e.GoCommand(name, argument).Wait(result)
}

// GoCommand runs a command and does not wait for its answer.
func (e *Editor) GoCommand(name string, argument any) *Pending {
	e.tb.Helper()
	params := map[string]any{"command": name}
	if argument != nil {
		params["arguments"] = []any{argument}
	}
	return e.Go("workspace/executeCommand", params)
}

// AwaitDiagnostics waits for the diagnostics of a version of a document.
func (e *Editor) AwaitDiagnostics(uri string, version int) Diagnostics {
	e.tb.Helper()
	var found Diagnostics
	e.Await("diagnostics", func(m Message) bool {
		var d Diagnostics
		if m.Method != "textDocument/publishDiagnostics" || json.Unmarshal(m.Params, &d) != nil {
			return false
		}
		found = d
		return d.URI == uri && d.Version != nil && *d.Version == version
	})
	return found
}

// PositionOf converts a byte offset to a position in UTF-16 code units. Lines
// end at \n.
func PositionOf(text string, offset int) Position {
	before := text[:offset]
	start := strings.LastIndexByte(before, '\n') + 1
	return Position{
		Line:      strings.Count(before, "\n"),
		Character: len(utf16.Encode([]rune(before[start:]))),
	}
}

// PositionIn converts a byte offset to a position in the named encoding.
func PositionIn(encoding, text string, offset int) Position {
	p := PositionOf(text, offset)
	line := text[strings.LastIndexByte(text[:offset], '\n')+1 : offset]
	switch encoding {
	case "utf-8":
		p.Character = len(line)
	case "utf-32":
		p.Character = utf8.RuneCountInString(line)
	}
	return p
}

// Cut returns text without its one cursor mark ‸, and where it stood.
func Cut(text string) (string, int) {
	const mark = "‸"
	before, after, found := strings.Cut(text, mark)
	if !found {
		return text, len(text)
	}
	return before + after, len(before)
}
