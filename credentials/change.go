package credentials

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"
)

// Add writes a new profile to the configuration file. The error of a profile
// that is not right is a *ProfileError. Where the provider had one profile and
// no default, the one it had becomes the default, so that references which name
// no credential keep the one they used.
func (s *Store) Add(ctx context.Context, profile Profile) error {
	config := s.Config()
	var others []string
	for name, p := range config.Credentials {
		if p.Provider == profile.Provider {
			others = append(others, name)
		}
	}
	if err := s.write(ctx, profile, false); err != nil {
		return err
	}
	if len(others) == 1 && config.Defaults[profile.Provider] == "" {
		return s.SetDefault(ctx, others[0])
	}
	return nil
}

// Update replaces a profile in the configuration file; comments in it stay. Its
// sign-in is forgotten, and material that it no longer has in the keyring is
// removed from there.
func (s *Store) Update(ctx context.Context, profile Profile) error {
	old, oldErr := s.Profile(profile.Name)
	if err := s.write(ctx, profile, true); err != nil {
		return err
	}
	if oldErr != nil {
		return nil // it had an error, and nothing that was kept is known
	}
	for _, field := range keys(old.Secrets) {
		if !old.Secrets[field].Keyring || profile.Secrets[field].Keyring {
			continue
		}
		err := s.options.Keyring.Delete(s.account(profile.Name, field))
		if err != nil && !errors.Is(err, ErrNotInKeyring) && !errors.Is(err, ErrNoKeyring) {
			return fmt.Errorf("change credential %q: it is changed, but its old %s could not be deleted from the OS keyring: %w", profile.Name, field, err)
		}
	}
	return nil
}

// ErrExists is the cause of the error of Add for a name that is taken.
var ErrExists = errors.New("there is a credential of that name already")

func (s *Store) write(ctx context.Context, profile Profile, replace bool) error {
	if problems := Check(profile); len(problems) > 0 {
		return &ProfileError{Name: profile.Name, Problems: problems}
	}
	return s.change(ctx, profile.Name, func(d *document) error {
		exists := slices.Contains(d.names("credentials"), profile.Name)
		switch {
		case exists && !replace:
			return fmt.Errorf("add credential %q: %w: choose another name or remove it first", profile.Name, ErrExists)
		case !exists && replace:
			return fmt.Errorf("change credential: %w", &UnknownCredentialError{Name: profile.Name, Known: d.names("credentials")})
		}
		return d.setProfile(profile, d.unit())
	})
}

// SetDefault makes a profile the default of its provider.
func (s *Store) SetDefault(ctx context.Context, name string) error {
	profile, err := s.Profile(name)
	if err != nil {
		return err
	}
	return s.change(ctx, name, func(d *document) error {
		return d.set(quote(name), "defaults", profile.Provider)
	})
}

// Remove deletes a profile from the configuration file, the defaults that name
// it, and its material from the keyring. A profile with errors can be removed
// too.
func (s *Store) Remove(ctx context.Context, name string) error {
	profile, err := s.Profile(name)
	var broken *ConfigError
	if err != nil && !errors.As(err, &broken) {
		return err
	}
	err = s.change(ctx, name, func(d *document) error {
		if !slices.Contains(d.names("credentials"), name) {
			return &UnknownCredentialError{Name: name, Known: d.names("credentials")}
		}
		for _, provider := range d.names("defaults") {
			v := d.root.Find(pointer([]string{"defaults", provider}))
			if is, _ := text(*v); is == name {
				if err := d.remove("defaults", provider); err != nil {
					return err
				}
			}
		}
		return d.remove("credentials", name)
	})
	if err != nil {
		return err
	}
	s.forgetProfile(name)
	for _, field := range keys(profile.Secrets) {
		if !profile.Secrets[field].Keyring {
			continue
		}
		err := s.options.Keyring.Delete(s.account(name, field))
		if err != nil && !errors.Is(err, ErrNotInKeyring) {
			return fmt.Errorf("remove credential %q: it is removed from the configuration, but its %s could not be deleted from the OS keyring: %w", name, field, err)
		}
	}
	return nil
}

// SetSecret stores the material of a field whose source is the keyring. It does
// not keep value.
func (s *Store) SetSecret(ctx context.Context, name, field string, value []byte) error {
	if err := checkContext(ctx, "store secret"); err != nil {
		return err
	}
	profile, err := s.Profile(name)
	if err != nil {
		return err
	}
	source, ok := profile.Secrets[field]
	switch {
	case !ok:
		return fmt.Errorf("store secret: credential %q has no secret field %q", name, field)
	case !source.Keyring:
		return fmt.Errorf("store secret: %s of credential %q is kept in %s, not in the OS keyring: change it there", field, name, source)
	case len(value) == 0:
		return fmt.Errorf("store secret: %s of credential %q is empty", field, name)
	}
	if err := s.options.Keyring.Set(s.account(name, field), value); err != nil {
		if told := (*sourceError)(nil); errors.As(explainKeyring(err, name, field), &told) {
			return &MaterialError{Credential: profile.Title(), Field: field, Source: source.String(), Message: told.message, Hint: told.hint, Err: err}
		}
	}
	if err := s.dropSession(profile, ""); err != nil {
		return unwritable(err)
	}
	s.mu.Lock()
	s.generations[name]++
	listeners := slices.Clone(s.onChange)
	s.mu.Unlock()
	// Other processes see new material by the file's time only. Where that
	// cannot be set they notice when the old material stops working.
	now := time.Now()
	_ = os.Chtimes(s.path, now, now)
	if _, err := s.current(); err != nil {
		return err
	}
	for _, changed := range listeners {
		changed(name)
	}
	return nil
}

// change edits the file under its lock and tells the listeners.
func (s *Store) change(ctx context.Context, name string, edit func(*document) error) error {
	err := rewrite(ctx, s.path, func(old []byte) ([]byte, error) {
		d, err := openDocument(old)
		if err != nil {
			return nil, fmt.Errorf("change %s: it is damaged at %w: correct it first", s.path, err)
		}
		if err := edit(d); err != nil {
			return nil, err
		}
		return d.bytes(), nil
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.generations[name]++
	// The stamp may be equal where the clock of the file system is coarse.
	s.stamp = fileStamp{size: -1}
	s.mu.Unlock()
	_, err = s.current()
	return err
}

// Fingerprint identifies the account a profile stands for as it is configured
// now: it changes with every edit of the profile or of its stored material, and
// when a person signs in with it. It is a hash and holds no material.
func (s *Store) Fingerprint(profile Profile) string {
	present := s.markOf(profile)
	s.noticeMark(profile, present)
	return s.fingerprint(profile, present)
}

func (s *Store) fingerprint(profile Profile, signIn mark) string {
	identity := make([]byte, 0, 512)
	put := func(parts ...string) {
		for _, part := range parts {
			// The length keeps two lists apart that join to the same text.
			identity = strconv.AppendInt(identity, int64(len(part)), 10)
			identity = append(append(identity, ':'), part...)
		}
	}
	put(profile.Name, profile.Provider, profile.Auth, strconv.FormatBool(profile.Ambient))
	for _, name := range keys(profile.Fields) {
		put("field", name, profile.Fields[name])
	}
	s.mu.Lock()
	put("generation", strconv.Itoa(s.generations[profile.Name]))
	config := s.stamp
	s.mu.Unlock()
	put("sign-in", strconv.FormatInt(int64(signIn), 10))
	for _, name := range keys(profile.Secrets) {
		source := profile.Secrets[name]
		put("secret", name, source.String())
		put(source.Command...)
		switch {
		case source.Keyring:
			put(config.mod.String())
		case source.File != "":
			// A file that is replaced (`vault login`) is another account.
			stamp := stampFile(s.expand(source.File))
			put(strconv.FormatInt(stamp.size, 10), stamp.mod.String())
		}
	}
	sum := sha256.Sum256(identity)
	return hex.EncodeToString(sum[:16])
}

func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}
