package env

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// dotenvFolder is a folder whose .env files count as if they lay beside it
// (httpYac).
const dotenvFolder = "env"

// loadDotenv reads the .env files of one folder, and of the folder env in it,
// which win: .env.<environment>, then <environment>.env, then .env, the order of
// httpYac.
func (e *Environments) loadDotenv(fsys fs.FS, dir string, entries []fs.DirEntry) {
	isFolder := func(inside fs.DirEntry) bool { return inside.IsDir() && inside.Name() == dotenvFolder }
	if path.Base(dir) != dotenvFolder && slices.ContainsFunc(entries, isFolder) {
		inner := path.Join(dir, dotenvFolder)
		if inside, err := fs.ReadDir(fsys, inner); err == nil {
			e.folders = append(e.folders, inner)
			e.loadDotenv(fsys, inner, inside)
		}
	}
	var found []dotenvFile
	for _, entry := range entries {
		environment, isDotenv := dotenvEnvironment(entry.Name())
		if !isDotenv || entry.IsDir() {
			continue
		}
		full := path.Join(dir, entry.Name())
		if data, ok := e.read(fsys, full); ok {
			e.files = append(e.files, full)
			found = append(found, parseDotenv(full, environment, data))
		}
	}
	// A folder is listed by name: .env, .env.dev, dev.env.
	plain := slices.IndexFunc(found, func(f dotenvFile) bool { return f.environment == "" })
	if plain >= 0 {
		found = append(slices.Delete(slices.Clone(found), plain, plain+1), found[plain])
	}
	e.dotenvs = append(e.dotenvs, found...)
}

// dotenvEnvironment returns the environment of a .env file, by its name: .env,
// .env.<environment> or <environment>.env. A file such as .env.json is another
// tool's, in its own format.
func dotenvEnvironment(name string) (environment string, ok bool) {
	if name == dotenvName {
		return "", true
	}
	if environment, ok = strings.CutPrefix(name, dotenvName+"."); ok {
		return environment, environment != "" && !slices.Contains([]string{"json", "yaml", "yml", "toml", "xml", "js", "ts", "age", "gpg"}, environment)
	}
	return strings.CutSuffix(name, dotenvName)
}

// isExample reports the names of .env files that show what to write in another
// one, or are a copy of it, and are no environment to select.
func isExample(environment string) bool {
	name := strings.ToLower(environment)
	return slices.Contains([]string{"old", "bak", "backup", "orig", "swp", "tmp"}, name) ||
		slices.ContainsFunc([]string{"example", "sample", "template", "dist", "default"}, func(s string) bool { return strings.Contains(name, s) })
}

// dotenvDefinitions returns the definitions of the .env files that apply in an
// environment, the one that wins first. In one file that is the last one of a
// name.
func (e *Environments) dotenvDefinitions(environment string) []*Definition {
	var all []*Definition
	for _, file := range e.dotenvs {
		if file.environment != "" && file.environment != environment {
			continue
		}
		for i := range slices.Backward(file.definitions) {
			all = append(all, &file.definitions[i])
		}
	}
	return all
}

// withDotenv appends the definitions of the .env files, which count where no
// other file defines the name (httpYac, kulala and rest.nvim read them as plain
// variables).
func (e *Environments) withDotenv(into map[string][]*Definition, environment string) map[string][]*Definition {
	for _, d := range e.dotenvDefinitions(environment) {
		into[d.Name] = append(into[d.Name], d)
	}
	return into
}

// DotenvNames returns the winning definition of every variable of the .env files
// that apply in an environment, by name. The values are private.
func (e *Environments) DotenvNames(environment string) []Definition {
	if e == nil {
		return nil
	}
	definitions := e.dotenvDefinitions(environment)
	winners := make(map[string]*Definition, len(definitions))
	for _, d := range slices.Backward(definitions) {
		winners[d.Name] = d
	}
	names := make([]Definition, 0, len(winners))
	for _, name := range slices.Sorted(maps.Keys(winners)) {
		names = append(names, *winners[name])
	}
	return names
}

// Dotenv returns the values of these variables by name. The map is the caller's.
func (e *Environments) Dotenv(environment string) map[string]string {
	values := map[string]string{}
	for _, d := range e.DotenvNames(environment) {
		values[d.Name] = d.Src
	}
	return values
}
