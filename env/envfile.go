package env

import (
	"fmt"
	"strings"

	"github.com/tailscale/hujson"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

const (
	// sharedName is the environment whose variables apply in every environment,
	// kulalaShared the same in Kulala.
	sharedName   = "$shared"
	kulalaShared = "$kulalaShared"
	// defaultHeaders is what an environment of Kulala has in place of a variable.
	defaultHeaders = "$kulalaDefaultHeaders"
)

// environmentFile is one JSON file of environments.
type environmentFile struct {
	path         string
	source       Source
	environments []environment
	problems     []FileProblem
}

// environment is one environment of one file.
type environment struct {
	name        string
	shared      bool
	definitions []*Definition
}

// fileReader reads one environment file.
type fileReader struct {
	file  environmentFile
	src   string
	lines *text.Mapper
}

// parseEnvironmentFile reads {"environment": {"variable": value, …}, …}.
// Comments and trailing commas are allowed.
func parseEnvironmentFile(path string, source Source, src string) environmentFile {
	r := fileReader{file: environmentFile{path: path, source: source}, src: src, lines: text.NewMapper(src)}
	root, ok := r.parse()
	if !ok {
		return r.file
	}
	object, ok := root.Value.(*hujson.Object)
	if !ok {
		r.problem(root.StartOffset, CodeBadEnvironment, `The file must be an object of environments: { "dev": { "host": "…" } }.`)
		return r.file
	}
	for name, member := range r.members(object) {
		r.environment(name, member)
	}
	return r.file
}

// settingsKey is the setting of the REST Client extension that holds
// environments.
const settingsKey = "rest-client.environmentVariables"

// parseSettings reads the environments in the settings of a VS Code workspace.
// What else stands there is VS Code's business, mistakes included.
func parseSettings(path, src string) environmentFile {
	r := fileReader{file: environmentFile{path: path, source: SourceVSCode}, src: src, lines: text.NewMapper(src)}
	if !strings.Contains(src, settingsKey) {
		return r.file
	}
	root, ok := r.parse()
	if !ok {
		return r.file
	}
	r.settings(root)
	return r.file
}

// parseWorkspace reads the settings in a .code-workspace file of VS Code.
func parseWorkspace(path, src string) environmentFile {
	r := fileReader{file: environmentFile{path: path, source: SourceVSCode}, src: src, lines: text.NewMapper(src)}
	if !strings.Contains(src, settingsKey) {
		return r.file
	}
	root, ok := r.parse()
	if !ok {
		return r.file
	}
	if object, ok := root.Value.(*hujson.Object); ok {
		for _, member := range object.Members {
			if stringOf(member.Name) == "settings" {
				r.settings(member.Value)
			}
		}
	}
	return r.file
}

// settings reads the environments in an object of settings.
func (r *fileReader) settings(value hujson.Value) {
	object, ok := value.Value.(*hujson.Object)
	if !ok {
		return
	}
	for _, member := range object.Members {
		if stringOf(member.Name) != settingsKey {
			continue
		}
		environments, ok := member.Value.Value.(*hujson.Object)
		if !ok {
			r.problem(member.Value.StartOffset, CodeBadEnvironment, `%s must be an object of environments: { "dev": { "host": "…" } }.`, settingsKey)
			continue
		}
		for name, environment := range r.members(environments) {
			r.environment(name, environment)
		}
	}
}

// parse reads the JSON of the file; ok is false where there is none, which has
// been reported unless the file is empty.
func (r *fileReader) parse() (root hujson.Value, ok bool) {
	src := r.src
	if strings.Trim(src, " \t\r\n\ufeff") == "" {
		return root, false
	}
	// A byte order mark is no JSON, and replacing it by blanks keeps offsets.
	if strings.HasPrefix(src, "\ufeff") {
		src = "   " + src[len("\ufeff"):]
	}
	if offset, deep := tooDeep(src); deep {
		r.problem(offset, CodeBadJSON, "Objects and lists are nested too deep here.")
		return root, false
	}
	// A comment on the last line needs the end of that line.
	root, err := hujson.Parse([]byte(src + "\n"))
	if err != nil {
		r.problem(min(offsetOf(err, src+"\n"), len(src)), CodeBadJSON, "This is not JSON: look for a missing or misplaced comma, quote or bracket here or just before.")
		return root, false
	}
	return root, true
}

// offsetOf is the place of a syntax error. The library's text may quote a value,
// so only its line and column are used; its lines end with \n alone.
func offsetOf(err error, src string) int {
	line, column := 1, 1
	_, _ = fmt.Sscanf(err.Error(), "hujson: line %d, column %d:", &line, &column)
	offset := 0
	for ; line > 1; line-- {
		offset += strings.IndexByte(src[offset:], '\n') + 1
	}
	return min(offset+column-1, len(src))
}

// problem records a problem at an offset.
func (r *fileReader) problem(offset int, code, format string, args ...any) {
	line, column := place(r.lines, offset)
	r.file.problems = append(r.file.problems, FileProblem{Path: r.file.path, Line: line, Column: column, Code: code, Message: fmt.Sprintf(format, args...)})
}

// members gives an object's members by name. A name that stands twice is
// reported, and its last member wins.
func (r *fileReader) members(object *hujson.Object) func(yield func(string, hujson.ObjectMember) bool) {
	last := make(map[string]int, len(object.Members))
	for i, member := range object.Members {
		name := stringOf(member.Name)
		if before, ok := last[name]; ok {
			r.problem(object.Members[before].Name.StartOffset, CodeDuplicateName, "%q stands twice in this object; the last one counts, remove the other.", name)
			r.file.problems[len(r.file.problems)-1].Warning = true
		}
		last[name] = i
	}
	return func(yield func(string, hujson.ObjectMember) bool) {
		for i, member := range object.Members {
			if name := stringOf(member.Name); last[name] == i && !yield(name, member) {
				return
			}
		}
	}
}

// environment reads one environment's variables.
func (r *fileReader) environment(name string, member hujson.ObjectMember) {
	shared := name == sharedName || name == kulalaShared
	if strings.HasPrefix(name, "$") && !shared {
		// $schema and its like are other tools' settings.
		return
	}
	object, ok := member.Value.Value.(*hujson.Object)
	if !ok {
		r.problem(member.Value.StartOffset, CodeBadEnvironment, `The environment %q must be an object of variables: { "host": "…" }.`, name)
		return
	}
	e := environment{name: name, shared: shared}
	for variable, m := range r.members(object) {
		if variable == defaultHeaders {
			r.problem(m.Name.StartOffset, CodeDefaultHeaders, "The default headers of Kulala are not sent; write them into the requests.")
			r.file.problems[len(r.file.problems)-1].Warning = true
			continue
		}
		if d := r.definition(variable, m); d != nil {
			if e.shared {
				d.Source = SourceShared
			}
			e.definitions = append(e.definitions, d)
		}
	}
	r.file.environments = append(r.file.environments, e)
}

// definition reads one variable; nil for null, which leaves it undefined.
func (r *fileReader) definition(name string, m hujson.ObjectMember) *Definition {
	line, column := place(r.lines, m.Name.StartOffset)
	d := &Definition{
		Name: name, Source: r.file.source, Path: r.file.path, Line: line, Column: column,
		Span:     text.Span{Start: m.Name.StartOffset, End: m.Value.EndOffset},
		NameSpan: text.Span{Start: m.Name.StartOffset, End: m.Name.EndOffset},
		Private:  r.file.source == SourcePrivate || r.file.source == SourceUser,
	}
	switch value := m.Value.Value.(type) {
	case hujson.Literal:
		if value.Kind() == 'n' {
			return nil
		}
		d.setText(value.String())
		r.foreignValue(d, m.Value)
	case *hujson.Object:
		if !r.reference(d, value) {
			d.Object = compact(m.Value)
		}
	default:
		d.Object = compact(m.Value)
	}
	return d
}

// setText makes the value a text that may hold expressions.
func (d *Definition) setText(s string) {
	d.Src = s
	d.Template = template.Scan(s, text.Span{End: len(s)})
}

// stringOf returns a JSON string's text.
func stringOf(v hujson.Value) string {
	literal, _ := v.Value.(hujson.Literal)
	return literal.String()
}

// compact returns a value as JSON without comments and blanks.
func compact(v hujson.Value) string {
	v = v.Clone()
	v.Standardize()
	v.Minimize()
	return v.String()
}
