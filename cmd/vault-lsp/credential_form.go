package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/secret"
)

// form asks a person for the fields of a profile, by the table of methods.
type form struct {
	*app
	ctx     context.Context
	method  credentials.Method
	profile credentials.Profile
	values  map[string][]byte // secrets for the keyring
	keyring credentials.Keyring
}

// askProfile asks for what the flags do not say. Nothing is written: whoever
// stops in between has changed nothing.
func (a *app) askProfile(ctx context.Context, store *credentials.Store, name string, n *newCredential) (credentials.Profile, map[string][]byte, error) {
	f := &form{app: a, ctx: ctx, values: map[string][]byte{}, keyring: store.Keyring()}
	f.profile = credentials.Profile{Name: name, Provider: n.provider, Auth: n.auth,
		Fields: map[string]string{}, Secrets: map[string]credentials.Source{}}
	steps := []func() error{
		func() error { return f.askName(store) },
		f.askProvider,
		f.askAuth,
		func() error { return applyFlags(&f.profile, f.method, n.set, n.from) },
		f.askAlternative,
		f.askRequired,
		f.askOptional,
		f.askSecrets,
		func() error { return f.askDefault(store, n) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			wipe(f.values)
			return f.profile, nil, err
		}
	}
	return f.profile, f.values, nil
}

func (f *form) askName(store *credentials.Store) error {
	for f.profile.Name == "" {
		name, err := f.ask(f.ctx, "Name of the credential")
		if err != nil {
			return err
		}
		name = strings.TrimSpace(name)
		if _, err := store.Profile(name); err == nil {
			f.warnf("  There is a credential %q already.\n", name)
			continue
		}
		for _, problem := range credentials.Check(credentials.Profile{Name: name}) {
			if problem.Field == "name" {
				f.warnf("  %s: %s.\n", problem.Message, problem.Hint)
				name = ""
			}
		}
		f.profile.Name = name
	}
	return nil
}

func (f *form) askProvider() error {
	if f.profile.Provider != "" {
		return nil
	}
	var options []option
	for _, name := range credentials.MethodProviders() {
		spec, _ := secret.Lookup(name)
		options = append(options, option{name, spec.Label})
	}
	var err error
	f.profile.Provider, err = f.choose(f.ctx, "Which vault?", options)
	return err
}

func (f *form) askAuth() error {
	if f.profile.Auth == "" {
		var options []option
		for _, m := range credentials.MethodsOf(f.profile.Provider) {
			options = append(options, option{m.Auth, m.Doc})
		}
		var err error
		if f.profile.Auth, err = f.choose(f.ctx, "How do you sign in?", options); err != nil {
			return err
		}
	}
	method, ok := credentials.LookupMethod(f.profile.Provider, f.profile.Auth)
	if !ok {
		return &credentials.ProfileError{Name: f.profile.Name, Problems: credentials.Check(f.profile)}
	}
	f.method = method
	return nil
}

// askAlternative makes the fields of one of a method's alternatives required.
func (f *form) askAlternative() error {
	if len(f.method.OneOf) == 0 {
		return nil
	}
	chosen := 0
	if len(f.method.OneOf) > 1 {
		var options []option
		for i, set := range f.method.OneOf {
			options = append(options, option{strconv.Itoa(i + 1), strings.Join(set, " and ")})
		}
		answer, err := f.choose(f.ctx, "What do you sign in with?", options)
		if err != nil {
			return err
		}
		chosen, _ = strconv.Atoi(answer) // choose gives one of the options
		chosen--
	}
	for i, field := range f.method.Fields {
		if slices.Contains(f.method.OneOf[chosen], field.Name) {
			f.method.Fields[i].Required = true
		}
	}
	return nil
}

func (f *form) askRequired() error {
	for _, field := range f.method.Fields {
		if _, given := f.profile.Fields[field.Name]; field.Secret || given || !field.Required {
			continue
		}
		if err := f.askPlain(field); err != nil {
			return err
		}
	}
	return nil
}

func (f *form) askOptional() error {
	var fields []credentials.MethodField
	var names []string
	for _, field := range f.method.Fields {
		if _, given := f.profile.Fields[field.Name]; !field.Secret && !given && !field.Required {
			fields, names = append(fields, field), append(names, field.Name)
		}
	}
	if len(fields) == 0 {
		return nil
	}
	more, err := f.confirm(f.ctx, "Set optional fields too ("+strings.Join(names, ", ")+")?", false)
	if err != nil || !more {
		return err
	}
	for _, field := range fields {
		if err := f.askPlain(field); err != nil {
			return err
		}
	}
	return nil
}

// askPlain asks for a plain field until the answer is valid. An empty answer
// leaves a field as it is: absent, or in an edit what it was; "-" removes it.
func (f *form) askPlain(field credentials.MethodField) error {
	present, has := f.profile.Fields[field.Name]
	prompt := field.Prompt + " (" + fieldHelp(field)
	if len(field.Values) > 0 {
		prompt += "; " + strings.Join(field.Values, ", ")
	}
	prompt += ")"
	if has {
		prompt += " [" + present + "]"
	}
	for {
		answer, err := f.ask(f.ctx, prompt)
		if err != nil {
			return err
		}
		switch answer = strings.TrimSpace(answer); {
		case answer == "" && (has || !field.Required):
			return nil
		case answer == "-" && has && !field.Required:
			delete(f.profile.Fields, field.Name)
			return nil
		}
		problem := credentials.CheckField(field, answer)
		if problem == nil {
			f.profile.Fields[field.Name] = answer
			return nil
		}
		f.warnf("  %s: %s.\n", problem.Message, problem.Hint)
	}
}

func (f *form) askSecrets() error {
	for _, field := range f.method.SecretFields() {
		if source, given := f.profile.Secrets[field.Name]; given {
			if !source.Keyring {
				continue
			}
			if err := f.askValue(field); err != nil {
				return err
			}
			continue
		}
		if err := f.askSource(field); err != nil {
			return err
		}
	}
	return nil
}

// askSource asks where a secret is, and for the secret itself where that is the
// keyring.
func (f *form) askSource(field credentials.MethodField) error {
	question := field.Prompt + " (" + field.Doc + "): in the [k]eyring, an [e]nvironment variable, a [f]ile, from a [c]ommand"
	byDefault := "k"
	if !field.Required {
		question += ", or [n]one"
		byDefault = "n"
	}
	for {
		answer, err := f.ask(f.ctx, question+" ["+byDefault+"]")
		if err != nil {
			return err
		}
		if answer = strings.ToLower(strings.TrimSpace(answer)); answer == "" {
			answer = byDefault
		}
		var source credentials.Source
		switch {
		case answer[0] == 'n' && !field.Required:
			delete(f.profile.Secrets, field.Name)
			return nil
		case answer[0] == 'k':
			// Nobody types a secret that there is no place for.
			if _, err := f.keyring.Get(credentials.Service); errors.Is(err, credentials.ErrNoKeyring) {
				f.warnf("  %v: choose another place.\n", err)
				continue
			}
			return f.askValue(field)
		case answer[0] == 'e':
			source.Env, err = f.ask(f.ctx, "Name of the variable")
		case answer[0] == 'f':
			source.File, err = f.ask(f.ctx, "Path of the file")
		case answer[0] == 'c':
			source.Command, err = f.askCommand()
		default:
			f.warnf("  Answer with one of the letters in brackets.\n")
			continue
		}
		if err != nil {
			return err
		}
		if problem := credentials.CheckSource(field.Name, source); problem != nil {
			f.warnf("  %s: %s.\n", problem.Message, problem.Hint)
			continue
		}
		f.profile.Secrets[field.Name] = source
		return nil
	}
}

// askCommand asks for a program and its arguments: words, or a JSON list where
// an argument holds a blank. No shell is involved.
func (f *form) askCommand() ([]string, error) {
	line, err := f.ask(f.ctx, `Program and arguments, no shell (or as a list: ["op", "read", "op://My vault/item/field"])`)
	if err != nil {
		return nil, err
	}
	var argv []string
	if strings.HasPrefix(strings.TrimSpace(line), "[") && json.Unmarshal([]byte(line), &argv) == nil {
		return argv, nil
	}
	return strings.Fields(line), nil
}

// askValue asks for a secret that goes into the keyring.
func (f *form) askValue(field credentials.MethodField) error {
	for {
		value, err := f.askSecret(f.ctx, field.Prompt)
		switch {
		case err != nil:
			return err
		case len(value) > 0:
			f.profile.Secrets[field.Name] = credentials.Source{Keyring: true}
			f.values[field.Name] = value
			return nil
		case !field.Required:
			delete(f.profile.Secrets, field.Name)
			return nil
		}
		f.warnf("  It is required.\n")
	}
}

// askDefault asks whether references without a credential use this one, where
// that is not clear.
func (f *form) askDefault(store *credentials.Store, n *newCredential) error {
	others := slices.ContainsFunc(store.List(), func(p credentials.Profile) bool { return p.Provider == f.profile.Provider })
	if !others || n.makeDefault {
		return nil
	}
	var err error
	n.makeDefault, err = f.confirm(f.ctx, "Use it where a reference of $"+f.profile.Provider+" names no credential?", false)
	return err
}
