package permission

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/vault-lsp/vault-lsp/secret"
)

// Store is the rules in one file of the user's state folder. It may be used by
// many goroutines, and the file by several processes, at once: every call
// reads the file anew, and writers take turns.
type Store struct{ path string }

// Open returns the store of the file at path, usually
// $XDG_STATE_HOME/vault-lsp/permissions.json. The file need not exist; it and
// its folder are made (0600 in 0700) when the first rule is written.
func Open(path string) *Store { return &Store{path: path} }

// document is the file.
type document struct {
	Version int    `json:"version"`
	Rules   []Rule `json:"rules"`
}

const documentVersion = 1

// List returns the rules in the order in which they were made.
func (s *Store) List() ([]Rule, error) {
	data, err := readFile(s.path)
	if err != nil {
		return nil, fmt.Errorf("read permissions: %w", err)
	}
	if data == nil {
		return nil, nil
	}
	var doc document
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("read permissions: %s is damaged (%w); repair or remove it", s.path, err)
	}
	if doc.Version != documentVersion {
		return nil, fmt.Errorf("read permissions: %s has version %d, this program knows %d", s.path, doc.Version, documentVersion)
	}
	return doc.Rules, nil
}

// Allow adds rules and returns them with their ids. A rule that is already
// there is not doubled; its id is returned. Origin and In are put in canonical
// form; an error names what is wrong with them.
func (s *Store) Allow(rules ...Rule) ([]Rule, error) {
	added := make([]Rule, len(rules))
	for i, r := range rules {
		checked, err := check(r)
		if err != nil {
			return nil, fmt.Errorf("allow: %w", err)
		}
		added[i] = checked
	}
	err := s.change(func(have []Rule) []Rule {
		for i, r := range added {
			if at := find(have, r); at >= 0 {
				added[i] = have[at]
				continue
			}
			added[i].ID = newID()
			have = append(have, added[i])
		}
		return have
	})
	if err != nil {
		return nil, err
	}
	return added, nil
}

func check(r Rule) (Rule, error) {
	if r.Reference == "" {
		return r, errors.New("the reference is missing")
	}
	if ref, err := secret.Parse(r.Reference); err == nil {
		r.Reference = ref.String()
	}
	var err error
	if r.Origin, err = ParseOrigin(r.Origin); err != nil {
		return r, err
	}
	if r.In, err = ParsePlacement(r.In); err != nil {
		return r, err
	}
	if r.Workspace != "" {
		r.Workspace = filepath.Clean(r.Workspace)
	}
	u, err := url.Parse(r.Origin)
	if err != nil {
		return r, fmt.Errorf("origin: %w", err)
	}
	r.PlainHTTP = u.Scheme == "http" && !IsLoopbackHost(u.Hostname())
	return r, nil
}

// find returns the index of an equal rule, whatever its id, or -1.
func find(rules []Rule, r Rule) int {
	for i, have := range rules {
		have.ID, r.ID = "", ""
		if have == r {
			return i
		}
	}
	return -1
}

func newID() string {
	id := make([]byte, 4)
	// Read of crypto/rand never fails.
	_, _ = rand.Read(id)
	return hex.EncodeToString(id)
}

// Revoke removes the rule with the id and returns it; found is false if there
// is none.
func (s *Store) Revoke(id string) (rule Rule, found bool, err error) {
	err = s.change(func(have []Rule) []Rule {
		for i, r := range have {
			if r.ID == id {
				rule, found = r, true
				return append(have[:i:i], have[i+1:]...)
			}
		}
		return have
	})
	return rule, found, err
}

// Allows reports whether a rule covers the use. It is an error if the file
// cannot be read: then nothing is allowed.
func (s *Store) Allows(use Use) (bool, error) {
	rules, err := s.List()
	if err != nil {
		return false, err
	}
	for _, r := range rules {
		if r.covers(use) {
			return true, nil
		}
	}
	return false, nil
}

func (r Rule) covers(u Use) bool {
	anyOr := func(rule, use string) bool { return rule == "" || rule == use }
	workspace := u.Workspace
	if workspace != "" {
		workspace = filepath.Clean(workspace)
	}
	return r.Reference != "" && r.Reference == u.Reference &&
		r.Origin != "" && r.Origin == u.Origin &&
		anyOr(r.Credential, u.Credential) && anyOr(r.In, u.In) && anyOr(r.Workspace, workspace)
}

// change reads, changes and writes the file while no other process does.
func (s *Store) change(edit func([]Rule) []Rule) error {
	dir := filepath.Dir(s.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("write permissions: %w", err)
	}
	lock := flock.New(s.path+".lock", flock.SetPermissions(0o600))
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("write permissions: lock: %w", err)
	}
	defer func() { _ = lock.Close() }()
	rules, err := s.List()
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(document{Version: documentVersion, Rules: edit(rules)}, "", "  ")
	if err != nil {
		return fmt.Errorf("write permissions: %w", err)
	}
	return writeFile(s.path, append(data, '\n'))
}

// writeFile replaces the file in one step, so that a reader, or a crash,
// never meets half of it. os.CreateTemp makes it 0600.
func writeFile(path string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write permissions: %w", err)
	}
	_, err = temp.Write(data)
	if err == nil {
		err = temp.Sync()
	}
	err = errors.Join(err, temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temp.Name())
		return fmt.Errorf("write permissions: %w", err)
	}
	return nil
}
