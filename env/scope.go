package env

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/template"
)

// Dialect decides between the readings of today's tools where they differ.
type Dialect string

// The dialects (ruling C6: which of a file's and an environment's variables
// win).
const (
	// RESTClient: a file's own variables win over the environment's.
	RESTClient Dialect = "rest-client"
	// JetBrains: the environment's variables win over the file's.
	JetBrains Dialect = "jetbrains"
)

// Scope is what the names in one request file mean in one environment. It is
// safe for concurrent use.
type Scope struct {
	file        *parser.File
	envs        *Environments
	environment string
	dialect     Dialect

	overrides map[string]*Definition
	// inFile holds each name's last definition in the file (ruling C5: file
	// variables hold in the whole file, the last definition wins).
	inFile map[string]*parser.Variable
	inEnv  map[string][]*Definition
	// prompts are those of one block, in the scope of that block.
	prompts map[string]*promptDirective

	// checked holds what each definition that was looked at comes to.
	checked sync.Map
	suggest suggester
	mapper  func() *text.Mapper
	// dotenv returns the names of the variables of the .env files.
	dotenv func() []string
	// elsewhere is read where a name is undefined.
	elsewhere func() *elsewhere
}

// Option changes how a Scope is made.
type Option func(*Scope)

// Dialect returns the dialect that the file is read in.
func (s *Scope) Dialect() Dialect { return s.dialect }

// WithDialect sets the dialect; RESTClient is the default.
func WithDialect(d Dialect) Option { return func(s *Scope) { s.dialect = d } }

// NewScope returns the scope of a file. file and envs may be nil, environment
// may be empty (then only $shared variables apply) and overrides may be nil;
// they win over everything.
func NewScope(file *parser.File, envs *Environments, environment string, overrides map[string]string, opts ...Option) *Scope {
	if file == nil {
		file = &parser.File{}
	}
	if envs == nil {
		envs = &Environments{}
	}
	s := &Scope{file: file, envs: envs, environment: environment, dialect: RESTClient, inEnv: envs.variables(environment)}
	for _, opt := range opts {
		opt(s)
	}
	s.inFile = make(map[string]*parser.Variable, len(file.Variables))
	for _, v := range file.Variables {
		s.inFile[v.Name] = v
	}
	s.overrides = make(map[string]*Definition, len(overrides))
	for name, value := range overrides {
		d := &Definition{Name: name, Source: SourceOverride}
		d.setText(value)
		s.overrides[name] = d
	}
	s.mapper = sync.OnceValue(func() *text.Mapper { return text.NewMapper(file.Src) })
	s.elsewhere = sync.OnceValue(func() *elsewhere { return readElsewhere(file) })
	s.suggest.names = sync.OnceValue(s.sortedNames)
	s.dotenv = sync.OnceValue(func() []string {
		var names []string
		for _, d := range envs.DotenvNames(environment) {
			names = append(names, d.Name)
		}
		return names
	})
	return s
}

// Environment returns the name of the scope's environment, or "".
func (s *Scope) Environment() string { return s.environment }

// Environments returns what the scope was made with; never nil.
func (s *Scope) Environments() *Environments { return s.envs }

// sortedNames returns the name of every variable.
func (s *Scope) sortedNames() []string {
	names := make(map[string]struct{}, len(s.inFile)+len(s.inEnv)+len(s.overrides))
	for name := range s.inFile {
		names[name] = struct{}{}
	}
	for name := range s.inEnv {
		names[name] = struct{}{}
	}
	for name := range s.overrides {
		names[name] = struct{}{}
	}
	for name := range s.prompts {
		names[name] = struct{}{}
	}
	return slices.Sorted(maps.Keys(names))
}

// Names returns the winning definition of every variable, sorted by name.
func (s *Scope) Names() []Definition {
	names := s.suggest.names()
	winners := make([]Definition, 0, len(names))
	for _, name := range names {
		switch b, _ := s.find(name); {
		case b.def != nil:
			winners = append(winners, *b.def)
		case b.prompt != nil:
			winners = append(winners, s.promptDefinition(b.prompt))
		default:
			winners = append(winners, s.fileDefinition(b.variable))
		}
	}
	return winners
}

// Lookup returns all definitions of a variable, the one that wins first; nil
// if there is none.
func (s *Scope) Lookup(name string) []Definition {
	var overrides, inFile, inEnv []Definition
	if d := s.overrides[name]; d != nil {
		overrides = append(overrides, *d)
	}
	if p := s.prompts[name]; p != nil {
		overrides = append(overrides, s.promptDefinition(p))
	}
	if s.inFile[name] != nil {
		for _, v := range slices.Backward(s.file.Variables) {
			if v.Name == name {
				inFile = append(inFile, s.fileDefinition(v))
			}
		}
	}
	for _, d := range s.inEnv[name] {
		inEnv = append(inEnv, *d)
	}
	if s.dialect == JetBrains {
		// A .env file is no environment of that client, and comes last.
		split := slices.IndexFunc(inEnv, func(d Definition) bool { return d.Source == SourceDotenv })
		if split < 0 {
			split = len(inEnv)
		}
		return slices.Concat(overrides, inEnv[:split], inFile, inEnv[split:])
	}
	return slices.Concat(overrides, inFile, inEnv)
}

// Resolve is Lookup for a name as it is used: that of a variable, or of a
// variable and the path of a value in it (ruling C18), which is returned.
func (s *Scope) Resolve(name string) (definitions []Definition, path string) {
	_, path, ok := s.resolve(name)
	if !ok {
		return nil, ""
	}
	return s.Lookup(strings.TrimSuffix(name, path)), path
}

// fileDefinition describes a variable of the file.
func (s *Scope) fileDefinition(v *parser.Variable) Definition {
	line, column := place(s.mapper(), v.Span.Start)
	return Definition{
		Name: v.Name, Source: SourceFile, Span: v.Span, NameSpan: v.NameSpan,
		Line: line, Column: column, Src: s.file.Src, Template: v.Value, Escapes: s.escapes(v),
	}
}

// escapes returns the escapes of a variable of the file that count: REST Client
// resolves them, the other tools leave every backslash as it is (ruling C24).
func (s *Scope) escapes(v *parser.Variable) []text.Span {
	if s.dialect == JetBrains {
		return nil
	}
	return v.Escapes
}

// binding is the winning definition of a name: def, or variable for one of the
// file.
type binding struct {
	def      *Definition
	variable *parser.Variable
	prompt   *promptDirective
}

// find returns the winning definition of a name.
func (s *Scope) find(name string) (binding, bool) {
	if d := s.overrides[name]; d != nil {
		return binding{def: d}, true
	}
	if p := s.prompts[name]; p != nil {
		return binding{prompt: p}, true
	}
	if v := s.inFile[name]; v != nil && s.dialect != JetBrains {
		return binding{variable: v}, true
	}
	d, v := s.inEnv[name], s.inFile[name]
	switch {
	case d != nil && (v == nil || d[0].Source != SourceDotenv):
		return binding{def: d[0]}, true
	case v != nil:
		return binding{variable: v}, true
	}
	return binding{}, false
}

// resolve returns what {{name}} means: the variable of exactly that name, else
// the longest beginning that names a structured value, with the path into it
// (ruling C18).
func (s *Scope) resolve(name string) (b binding, path string, ok bool) {
	if b, ok = s.find(name); ok {
		return b, "", true
	}
	for end := strings.LastIndexAny(name, ".["); end > 0; end = strings.LastIndexAny(name[:end], ".[") {
		if b, ok = s.find(name[:end]); ok && b.def != nil && b.def.Object != "" {
			return b, name[end:], true
		}
	}
	return binding{}, "", false
}

// value returns the text of a binding that is one, and the escapes in it.
func (b binding) value(s *Scope) (src string, t template.Template, escapes []text.Span) {
	if b.variable != nil {
		return s.file.Src, b.variable.Value, s.escapes(b.variable)
	}
	return b.def.Src, b.def.Template, nil
}
