package credentials

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tailscale/hujson"

	"github.com/vault-lsp/vault-lsp/internal/spelling"
	"github.com/vault-lsp/vault-lsp/secret"
)

// parsed is what a configuration file says, with what is wrong in it. What has
// an error is left out of config and remembered by name, so that it is refused
// where it is asked for and nothing else is used in its place.
type parsed struct {
	config   Config
	problems []Problem
	// unusable is set if the file as a whole says nothing reliable.
	unusable       bool
	brokenProfiles map[string]brokenProfile
	brokenDefaults map[string][]Problem
	// forgetSignIns is set if the file says in so many words that sign-ins are
	// not kept: those that are kept are removed.
	forgetSignIns bool
}

// brokenProfile is a profile with an error. Its provider is "" where that cannot
// be told.
type brokenProfile struct {
	provider string
	problems []Problem
}

// parser walks the syntax tree of one file.
type parser struct {
	path string
	src  []byte
	out  parsed
}

func defaultConfig() Config {
	return Config{
		Credentials: map[string]Profile{},
		Defaults:    map[string]string{},
		Cache:       Cache{TTL: DefaultCacheTTL, MaxEntries: DefaultCacheMaxEntries},
		Timeouts:    map[string]time.Duration{},
		SignIns:     SignIns{Keep: true},
	}
}

// parse reads a configuration file; empty input is an empty configuration.
func parse(path string, src []byte) parsed {
	p := &parser{path: path, src: src, out: parsed{
		config:         defaultConfig(),
		brokenProfiles: map[string]brokenProfile{},
		brokenDefaults: map[string][]Problem{},
	}}
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	p.src = src
	if len(bytes.TrimSpace(src)) == 0 {
		return p.out
	}
	root, problem := parseSyntax(src)
	if problem != nil {
		p.out.unusable = true
		p.out.problems = []Problem{{
			Severity: SeverityError, Path: path, Line: problem.line, Column: problem.column, Message: problem.message, Hint: problem.hint,
		}}
		return p.out
	}
	p.root(root)
	slices.SortStableFunc(p.out.problems, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return p.out
}

func (p *parser) problem(severity Severity, offset int, key, message, hint string) Problem {
	line, column := position(p.src, offset)
	problem := Problem{Severity: severity, Path: p.path, Line: line, Column: column, Key: key, Message: message, Hint: hint}
	p.out.problems = append(p.out.problems, problem)
	return problem
}

func (p *parser) unusable(offset int, message, hint string) {
	p.out.unusable = true
	p.problem(SeverityError, offset, "", message, hint)
}

// member is one name and value of an object.
type member struct {
	name  string
	at    int // offset of the name
	value hujson.Value
}

// members returns the members of an object in their order. A name that stands
// twice is an error: which of the two counts would be a guess.
func (p *parser) members(object *hujson.Object, key string) (list []member, ok bool) {
	seen := map[string]bool{}
	ok = true
	for _, m := range object.Members {
		name := m.Name.Value.(hujson.Literal).String()
		if seen[name] {
			p.problem(SeverityError, m.Name.StartOffset, join(key, name), fmt.Sprintf("%q stands twice in this object", name), "remove one of the two")
			ok = false
			continue
		}
		seen[name] = true
		list = append(list, member{name: name, at: m.Name.StartOffset, value: m.Value})
	}
	return list, ok
}

func join(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}

func (p *parser) root(root hujson.Value) {
	object, ok := root.Value.(*hujson.Object)
	if !ok {
		p.unusable(root.StartOffset, "the configuration must be a JSON object", `start it with { and end it with }`)
		return
	}
	sections := map[string]func(member){
		"credentials": p.credentials, "defaults": p.defaults, "cache": p.cache,
		"completion": p.completion, "proxy": p.proxy, "tls": p.tls, "timeouts": p.timeouts,
		"signIns": p.signIns,
		"$schema": func(member) {},
	}
	list, ok := p.members(object, "")
	if !ok {
		p.out.unusable = true
	}
	var defaults *member
	for _, m := range list {
		read, known := sections[m.name]
		switch {
		case !known:
			p.unknown(SeverityWarning, m.at, m.name, m.name, keys(sections))
		case m.name == "defaults":
			defaults = &m // after the profiles, which it names
		default:
			read(m)
		}
	}
	if defaults != nil {
		p.defaults(*defaults)
	}
}

// unknown reports a key nobody reads.
func (p *parser) unknown(severity Severity, at int, key, name string, known []string) Problem {
	hint := "known here: " + strings.Join(known, ", ")
	if near := spelling.Nearest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return p.problem(severity, at, key, fmt.Sprintf("unknown key %q", name), hint)
}

// object returns the members of a section, or reports that it is no object.
func (p *parser) object(m member, key string) ([]member, bool) {
	object, ok := m.value.Value.(*hujson.Object)
	if !ok {
		p.problem(SeverityError, m.value.StartOffset, key, fmt.Sprintf("%q must be an object", key), "write it as { … }")
		return nil, false
	}
	list, ok := p.members(object, key)
	return list, ok
}

func (p *parser) defaults(m member) {
	list, ok := p.object(m, "defaults")
	if !ok {
		for _, spec := range secret.Providers() {
			p.out.brokenDefaults[spec.Name] = p.last()
		}
	}
	for _, d := range list {
		key := join("defaults", d.name)
		if _, known := secret.Lookup(d.name); !known {
			p.unknown(SeverityWarning, d.at, key, d.name, providerNames())
			continue
		}
		name, isText := text(d.value)
		profile, found := p.out.config.Credentials[name]
		switch broken, isBroken := p.out.brokenProfiles[name]; {
		case !isText:
			p.out.brokenDefaults[d.name] = []Problem{p.problem(SeverityError, d.value.StartOffset, key, "a default must be the name of a credential", "write it as text")}
		case isBroken:
			p.out.brokenDefaults[d.name] = broken.problems
		case !found:
			p.out.brokenDefaults[d.name] = []Problem{p.problem(SeverityError, d.value.StartOffset, key,
				fmt.Sprintf("the default of %s names a credential that is not configured", d.name),
				whichToName(keys(p.out.config.Credentials)))}
		case profile.Provider != secret.CredentialsOf(d.name):
			p.out.brokenDefaults[d.name] = []Problem{p.problem(SeverityError, d.value.StartOffset, key,
				fmt.Sprintf("the default of %s names a credential of %s", d.name, profile.Provider), "name a credential of "+secret.CredentialsOf(d.name))}
		default:
			p.out.config.Defaults[d.name] = name
		}
	}
}

// last returns the problem reported last, as the reason of something broken.
func (p *parser) last() []Problem { return slices.Clone(p.out.problems[len(p.out.problems)-1:]) }

func text(v hujson.Value) (string, bool) {
	literal, ok := v.Value.(hujson.Literal)
	if !ok || literal.Kind() != '"' {
		return "", false
	}
	return literal.String(), true
}

func integer(v hujson.Value) (int, bool) {
	literal, ok := v.Value.(hujson.Literal)
	if !ok || literal.Kind() != '0' {
		return 0, false
	}
	n, err := strconv.Atoi(string(literal))
	return n, err == nil
}

func boolean(v hujson.Value) (value, ok bool) {
	literal, isLiteral := v.Value.(hujson.Literal)
	if !isLiteral {
		return false, false
	}
	return literal.Kind() == 't', literal.Kind() == 't' || literal.Kind() == 'f'
}

func providerNames() []string {
	var names []string
	for _, spec := range secret.Providers() {
		names = append(names, spec.Name)
	}
	return names
}

func keys[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// whichToName says which credentials there are to choose from.
func whichToName(names []string) string {
	if len(names) == 0 {
		return "there is none; add one with `vault-lsp credential add`"
	}
	return "name one of " + strings.Join(names, ", ")
}
