package env

import "io/fs"

// Environments are the environment files that apply to the request files of
// one folder. It is immutable after Load.
type Environments struct{}

// FileProblem is one thing wrong with an environment file. The message never
// quotes a value.
type FileProblem struct {
	Path string `json:"path"`
	// Line and Column are from 1; the column counts bytes.
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Code    string `json:"code"`
	Message string `json:"message"`
	// Hint is set if nothing fails because of it.
	Hint bool `json:"hint,omitempty"`
}

// Load reads the environment files of dir, a slash-separated path in fsys, and
// of its parents up to the root of fsys: http-client.env.json,
// http-client.private.env.json, http-client.env.json.user and .env. It never
// fails: what cannot be read is in Problems. A nil fsys gives no environments.
func Load(fsys fs.FS, dir string) *Environments { return &Environments{} }

// Names returns the names of the environments in the order of the files, the
// nearest file first.
func (e *Environments) Names() []string { return nil }

// Problems returns what is wrong with the files, nearest file first.
func (e *Environments) Problems() []FileProblem { return nil }

// Files returns the paths of the files that were found, nearest first, for
// watching them.
func (e *Environments) Files() []string { return nil }

// Dotenv returns the variables of the .env file for an environment: of the
// nearest folder that holds .env.<environment> or .env, the former first.
// The values are private. The map is the caller's.
func (e *Environments) Dotenv(environment string) map[string]string { return nil }

// DotenvNames returns the definitions of that .env file in file order.
func (e *Environments) DotenvNames(environment string) []Definition { return nil }
