package env

import (
	"slices"
	"strings"
	"sync"
)

// merge orders the files by rank and collects the names of the environments. The
// variables are merged for the environments that are asked for: many environments
// that share many variables would take memory without bound otherwise.
func (e *Environments) merge() {
	e.known = map[string]bool{}
	add := func(name string, listed bool) {
		if _, ok := e.known[name]; ok {
			return
		}
		if e.known[name] = listed; listed {
			e.names = append(e.names, name)
		}
	}
	for _, file := range e.found {
		for _, environment := range file.environments {
			if !environment.shared {
				add(environment.name, true)
			}
		}
	}
	for _, d := range e.dotenvs {
		// An environment may have no other file than .env.<environment>.
		if d.environment != "" {
			add(d.environment, !isExample(d.environment))
		}
	}
	rank := map[Source]int{SourcePrivate: 0, SourceUser: 1, SourceEnvironment: 2, SourceVSCode: 3, SourceEditor: 4}
	e.ranked = slices.Clone(e.found)
	// Stable: files of the same kind stay in the order nearest first.
	slices.SortStableFunc(e.ranked, func(a, b environmentFile) int { return rank[a.source] - rank[b.source] })
	e.places = sync.OnceValue(e.findPlaces)
}

// variables returns the definitions that apply in an environment, $shared ones
// included; every list begins with the definition that wins. In an environment
// that there is not, and in none, those of $shared and .env apply.
func (e *Environments) variables(environment string) map[string][]*Definition {
	if e == nil {
		return nil
	}
	if !e.Has(environment) {
		environment = ""
	}
	if merged, ok := e.merged.Load(environment); ok {
		return merged.(map[string][]*Definition)
	}
	into := map[string][]*Definition{}
	if e.Has(environment) {
		e.collect(into, environment, false)
	}
	e.collect(into, environment, true)
	merged, _ := e.merged.LoadOrStore(environment, e.withDotenv(into, environment))
	return merged.(map[string][]*Definition)
}

// collect appends the definitions of one environment, or the shared ones, to
// the lists of into.
func (e *Environments) collect(into map[string][]*Definition, name string, shared bool) {
	for _, file := range e.ranked {
		for _, environment := range file.environments {
			if environment.shared != shared || !shared && environment.name != name {
				continue
			}
			for _, d := range environment.definitions {
				into[d.Name] = append(into[d.Name], d)
			}
		}
	}
}

// definedAt is a definition and its environment, which is "" for what applies in all.
type definedAt struct {
	environment string
	definition  *Definition
}

// findPlaces finds where every name is defined, in the order of rank.
func (e *Environments) findPlaces() map[string][]definedAt {
	places := map[string][]definedAt{}
	for _, file := range e.ranked {
		for _, environment := range file.environments {
			name := environment.name
			if environment.shared {
				name = ""
			}
			for _, d := range environment.definitions {
				places[d.Name] = append(places[d.Name], definedAt{name, d})
			}
		}
	}
	for i := range e.dotenvs {
		file := &e.dotenvs[i]
		for j := range file.definitions {
			d := &file.definitions[j]
			places[d.Name] = append(places[d.Name], definedAt{file.environment, d})
		}
	}
	return places
}

// Defining returns the environments that define what a name, which may be
// dotted, takes its value from, in the order of Names.
func (e *Environments) Defining(name string) []string {
	if e == nil || len(e.names) == 0 {
		return nil
	}
	head := name
	if end := strings.IndexAny(name, ".["); end > 0 {
		head = name[:end]
	}
	places := e.places()
	defines, outer := map[string]bool{}, map[string]*Definition{}
	for _, p := range places[name] {
		defines[p.environment] = true
	}
	for _, p := range places[head] {
		// A value of a .env file is a text.
		if outer[p.environment] == nil && p.definition.Source != SourceDotenv {
			outer[p.environment] = p.definition
		}
	}
	if len(defines)+len(outer) == 0 {
		return nil
	}
	var names []string
	for _, environment := range e.names {
		around := outer[environment]
		if around == nil {
			around = outer[""]
		}
		if defines[environment] || defines[""] || around != nil && around.Object != "" {
			names = append(names, environment)
		}
	}
	return names
}
