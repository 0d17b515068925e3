package credentials

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tailscale/hujson"
)

// document is a configuration file that is edited member by member, so that
// comments and layout of all that is not touched stay byte for byte.
type document struct{ root hujson.Value }

func openDocument(src []byte) (*document, error) {
	if len(bytes.TrimSpace(src)) == 0 {
		src = []byte("{\n}\n")
	}
	root, problem := parseSyntax(bytes.TrimPrefix(src, []byte("\ufeff")))
	if problem != nil {
		return nil, problem
	}
	if _, ok := root.Value.(*hujson.Object); !ok {
		return nil, fmt.Errorf("line 1, column 1: the configuration must be a JSON object")
	}
	return &document{root: root}, nil
}

// bytes returns the file's new content.
func (d *document) bytes() []byte { return d.root.Pack() }

// names returns the member names of the object at path; none if there is no
// such object.
func (d *document) names(path ...string) []string {
	v := d.root.Find(pointer(path))
	if v == nil {
		return nil
	}
	object, ok := v.Value.(*hujson.Object)
	if !ok {
		return nil
	}
	var names []string
	for _, m := range object.Members {
		names = append(names, m.Name.Value.(hujson.Literal).String())
	}
	return names
}

// pointer is the JSON Pointer (RFC 6901) of a path.
func pointer(path []string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	for _, name := range path {
		b.WriteString("/" + escape.Replace(name))
	}
	return b.String()
}

// remove deletes the member at path, if there is one.
func (d *document) remove(path ...string) error {
	if d.root.Find(pointer(path)) == nil {
		return nil
	}
	parentPath := path[:len(path)-1]
	parent := d.root.Find(pointer(parentPath)).Value.(*hujson.Object)
	comma := hasTrailingComma(parent)
	if err := d.patch("remove", path, nil); err != nil {
		return err
	}
	if _, broken := lineIndent(parent.AfterExtra); broken {
		parent.AfterExtra = reindentEnd(parent.AfterExtra, d.indentOf(parentPath))
	}
	setTrailingComma(parent, comma)
	return nil
}

// hujson writes a comma after the last member if the blanks before that comma
// are not nil.

func hasTrailingComma(object *hujson.Object) bool {
	n := len(object.Members)
	return n > 0 && object.Members[n-1].Value.AfterExtra != nil
}

func setTrailingComma(object *hujson.Object, comma bool) {
	if n := len(object.Members); n > 0 && comma && object.Members[n-1].Value.AfterExtra == nil {
		object.Members[n-1].Value.AfterExtra = hujson.Extra{}
	}
}

// reindentEnd replaces the blanks after the last line break.
func reindentEnd(extra hujson.Extra, indent string) hujson.Extra {
	kept := bytes.TrimRight(extra, " \t")
	return append(append(hujson.Extra{}, kept...), indent...)
}

func (d *document) patch(op string, path []string, value json.RawMessage) error {
	patch, err := json.Marshal([]struct {
		Op    string          `json:"op"`
		Path  string          `json:"path"`
		Value json.RawMessage `json:"value,omitempty"`
	}{{op, pointer(path), value}})
	if err != nil {
		return err
	}
	return d.root.Patch(patch)
}

// set makes value, an indented JSON text, the member at path. Objects on the
// way that are missing are made.
func (d *document) set(value []byte, path ...string) error {
	for depth := 1; depth < len(path); depth++ {
		if d.root.Find(pointer(path[:depth])) == nil {
			if err := d.insert([]byte("{\n}"), path[:depth]); err != nil {
				return err
			}
		}
	}
	if old := d.root.Find(pointer(path)); old != nil {
		if sameJSON(*old, value) {
			return nil
		}
		indent := d.indentOf(path)
		parsed, err := hujson.Parse(indentLines(value, indent))
		if err != nil {
			return err
		}
		old.Value = parsed.Value
		return nil
	}
	return d.insert(value, path)
}

// insert adds a member at the end of its object and lays it out as its
// neighbours are.
func (d *document) insert(value []byte, path []string) error {
	parentPath := path[:len(path)-1]
	parent, ok := d.root.Find(pointer(parentPath)).Value.(*hujson.Object)
	if !ok {
		return fmt.Errorf("%s is not an object", strings.Join(parentPath, "."))
	}
	closing := d.indentOf(parentPath)
	indent := closing + d.unit()
	if n := len(parent.Members); n > 0 {
		if own, ok := lineIndent(parent.Members[n-1].Name.BeforeExtra); ok {
			indent = own
		}
	}
	comma := hasTrailingComma(parent)
	if err := d.patch("add", path, []byte("null")); err != nil {
		return err
	}
	parsed, err := hujson.Parse(indentLines(value, indent))
	if err != nil {
		return err
	}
	added := &parent.Members[len(parent.Members)-1]
	added.Value.Value = parsed.Value
	added.Value.BeforeExtra = hujson.Extra(" ")
	added.Name.BeforeExtra = breakLine(added.Name.BeforeExtra, indent)
	parent.AfterExtra = breakLine(parent.AfterExtra, closing)
	setTrailingComma(parent, comma)
	return nil
}

// breakLine replaces the blanks at the end of extra by a line break and an
// indentation; comments before them stay.
func breakLine(extra hujson.Extra, indent string) hujson.Extra {
	kept := bytes.TrimRight(extra, " \t\r\n")
	return append(append(hujson.Extra{}, kept...), "\n"+indent...)
}

// unit is the indentation of one level: that of the first member of the file.
func (d *document) unit() string {
	object := d.root.Value.(*hujson.Object)
	if len(object.Members) > 0 {
		if indent, ok := lineIndent(object.Members[0].Name.BeforeExtra); ok && indent != "" {
			return indent
		}
	}
	return "  "
}

// indentOf is the indentation of the line that the member at path begins on.
func (d *document) indentOf(path []string) string {
	indent := ""
	for depth := 1; depth <= len(path); depth++ {
		object, ok := d.root.Find(pointer(path[:depth-1])).Value.(*hujson.Object)
		if !ok {
			break
		}
		for _, m := range object.Members {
			if m.Name.Value.(hujson.Literal).String() == path[depth-1] {
				if own, ok := lineIndent(m.Name.BeforeExtra); ok {
					indent = own
				}
			}
		}
	}
	return indent
}

// lineIndent is the blanks after the last line break of extra.
func lineIndent(extra hujson.Extra) (indent string, ok bool) {
	i := bytes.LastIndexByte(extra, '\n')
	if i < 0 {
		return "", false
	}
	rest := extra[i+1:]
	return string(rest[:len(rest)-len(bytes.TrimLeft(rest, " \t"))]), true
}

// indentLines indents every line but the first.
func indentLines(value []byte, indent string) []byte {
	return bytes.ReplaceAll(value, []byte("\n"), []byte("\n"+indent))
}

func sameJSON(old hujson.Value, value []byte) bool {
	plain := old.Clone()
	plain.Standardize()
	var a, b bytes.Buffer
	if json.Compact(&a, plain.Pack()) != nil || json.Compact(&b, value) != nil {
		return false
	}
	return bytes.Equal(a.Bytes(), b.Bytes())
}

// setProfile writes a profile field by field, so that comments inside one that
// is there already stay.
func (d *document) setProfile(p Profile, unit string) error {
	fields := profileJSON(p)
	at := []string{"credentials", p.Name}
	if d.root.Find(pointer(at)) == nil {
		return d.set(profileObject(fields, unit), at...)
	}
	keep := map[string]bool{}
	for _, f := range fields {
		keep[f.name] = true
		if err := d.set(f.value, append(at[:2:2], f.name)...); err != nil {
			return err
		}
	}
	for _, name := range d.names(at...) {
		if !keep[name] {
			if err := d.remove(append(at[:2:2], name)...); err != nil {
				return err
			}
		}
	}
	return nil
}

type jsonField struct {
	name  string
	value []byte
}

// profileJSON is a profile's members: provider, auth, then the method's order.
func profileJSON(p Profile) []jsonField {
	fields := []jsonField{{"provider", quote(p.Provider)}, {"auth", quote(p.Auth)}}
	method, _ := LookupMethod(p.Provider, p.Auth)
	for _, f := range method.Fields {
		if s, ok := p.Secrets[f.Name]; ok {
			fields = append(fields, jsonField{f.Name, sourceJSON(s)})
		} else if v, ok := p.Fields[f.Name]; ok && f.Type == TypeBool {
			fields = append(fields, jsonField{f.Name, []byte(v)})
		} else if ok {
			fields = append(fields, jsonField{f.Name, quote(v)})
		}
	}
	return fields
}

func profileObject(fields []jsonField, unit string) []byte {
	var b bytes.Buffer
	b.WriteString("{")
	for i, f := range fields {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n" + unit)
		b.Write(quote(f.name))
		b.WriteString(": ")
		b.Write(f.value)
	}
	b.WriteString("\n}")
	return b.Bytes()
}

func sourceJSON(s Source) []byte {
	switch {
	case s.Keyring:
		return []byte(`{ "keyring": true }`)
	case s.Env != "":
		return []byte(`{ "env": ` + string(quote(s.Env)) + ` }`)
	case s.File != "":
		return []byte(`{ "file": ` + string(quote(s.File)) + ` }`)
	}
	argv := make([]string, len(s.Command))
	for i, a := range s.Command {
		argv[i] = string(quote(a))
	}
	return []byte(`{ "command": [` + strings.Join(argv, ", ") + `] }`)
}

// quote writes a JSON string as a person would: & and < stay.
func quote(s string) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string always encodes
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
