package permission

// Store is the rules in one file of the user's state folder. It may be used by
// many goroutines, and the file by several processes, at once.
type Store struct{ path string }

// Open returns the store of the file at path, usually
// $XDG_STATE_HOME/vault-lsp/permissions.json. The file need not exist; it and
// its folder are made (0600 in 0700) when the first rule is written.
func Open(path string) *Store { return &Store{path: path} }

// List returns the rules in the order in which they were made.
func (s *Store) List() ([]Rule, error) { return nil, nil }

// Allow adds rules and returns them with their ids. A rule that is already
// there is not doubled; its id is returned. Origin and In are put in canonical
// form; an error names what is wrong with them.
func (s *Store) Allow(rules ...Rule) ([]Rule, error) { return nil, nil }

// Revoke removes the rule with the id and returns it; found is false if there
// is none.
func (s *Store) Revoke(id string) (rule Rule, found bool, err error) { return Rule{}, false, nil }

// Allows reports whether a rule covers the use. It is an error if the file
// cannot be read: then nothing is allowed.
func (s *Store) Allows(use Use) (bool, error) { return false, nil }
