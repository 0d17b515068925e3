package credentials

import (
	"fmt"
	"strings"

	"github.com/tailscale/hujson"

	"github.com/vault-lsp/vault-lsp/secret"
)

func (p *parser) credentials(m member) {
	list, ok := p.object(m, "credentials")
	if !ok {
		// Which profiles there are is not known, so none may be replaced by an
		// ambient identity.
		p.out.unusable = true
	}
	for _, c := range list {
		p.profile(c)
	}
}

// profile reads one profile. Its first error keeps it out of the config.
func (p *parser) profile(m member) {
	key := join("credentials", m.name)
	before := len(p.out.problems)
	profile, at := p.profileFields(m, key)
	errors := p.errorsSince(before)
	if len(errors) == 0 {
		for _, problem := range Check(profile) {
			offset, ok := at[problem.Field]
			if !ok {
				offset = m.at
			}
			problemKey := key
			if problem.Field != "" && problem.Field != "name" {
				problemKey = join(key, problem.Field)
			}
			errors = append(errors, p.problem(SeverityError, offset, problemKey, problem.Message, problem.Hint))
		}
	}
	if len(errors) > 0 {
		broken := brokenProfile{problems: errors}
		if _, known := secret.Lookup(profile.Provider); known {
			broken.provider = profile.Provider
		}
		p.out.brokenProfiles[m.name] = broken
		return
	}
	p.out.config.Credentials[m.name] = profile
}

func (p *parser) errorsSince(n int) []Problem {
	var errors []Problem
	for _, problem := range p.out.problems[n:] {
		if problem.Severity == SeverityError {
			errors = append(errors, problem)
		}
	}
	return errors
}

// profileFields reads the members of a profile and where each stands.
func (p *parser) profileFields(m member, key string) (Profile, map[string]int) {
	profile := Profile{Name: m.name, Fields: map[string]string{}, Secrets: map[string]Source{}}
	at := map[string]int{"name": m.at}
	list, _ := p.object(m, key)
	for _, f := range list {
		switch f.name {
		case "provider":
			profile.Provider = p.textField(f, key)
		case "auth":
			profile.Auth = p.textField(f, key)
		}
		at[f.name] = f.value.StartOffset
	}
	method, known := LookupMethod(profile.Provider, profile.Auth)
	for _, f := range list {
		if f.name == "provider" || f.name == "auth" {
			continue
		}
		field, ok := method.Field(f.name)
		if known && !ok {
			at[f.name] = f.at // an unknown name is marked, not its value
		}
		p.profileField(&profile, f, field, key)
	}
	return profile, at
}

func (p *parser) profileField(profile *Profile, f member, field MethodField, key string) {
	key = join(key, f.name)
	switch v := f.value.Value.(type) {
	case *hujson.Object:
		if source, ok := p.source(f, v, key); ok {
			profile.Secrets[f.name] = source
		}
	case *hujson.Array:
		p.problem(SeverityError, f.value.StartOffset, key, fmt.Sprintf("%s must not be a list", f.name), "write one value")
	case hujson.Literal:
		if v.Kind() == 'n' {
			p.problem(SeverityError, f.value.StartOffset, key, f.name+" is null", "give a value or remove the field")
			return
		}
		if field.Secret {
			refused := literalRefused(f.name)
			p.problem(SeverityError, f.value.StartOffset, key, refused.Message, refused.Hint)
			return
		}
		value := string(v)
		if v.Kind() == '"' {
			value = v.String()
		}
		profile.Fields[f.name] = value
	}
}

func (p *parser) textField(f member, key string) string {
	value, ok := text(f.value)
	if !ok {
		p.problem(SeverityError, f.value.StartOffset, join(key, f.name), f.name+" must be text", "")
	}
	return value
}

// source reads {"keyring": true}, {"env": …}, {"file": …} or {"command": […]}.
func (p *parser) source(f member, object *hujson.Object, key string) (Source, bool) {
	before := len(p.out.problems)
	list, _ := p.members(object, key)
	var s Source
	for _, m := range list {
		bad := func(message, hint string) {
			p.problem(SeverityError, m.value.StartOffset, join(key, m.name), message, hint)
		}
		value, isText := text(m.value)
		switch m.name {
		case "keyring":
			if is, ok := boolean(m.value); !ok || !is {
				bad("keyring must be true", "remove it to use another place")
			}
			s.Keyring = true
		case "env":
			s.Env = value
			if !isText || strings.TrimSpace(value) == "" {
				bad("env must be the name of an environment variable", `such as {"env": "VAULT_TOKEN"}`)
			}
		case "file":
			s.File = value
			if !isText || value == "" {
				bad("file must be a path", `such as {"file": "~/.config/token"}`)
			}
		case "command":
			s.Command = p.command(m, join(key, m.name))
		default:
			p.unknown(SeverityError, m.at, join(key, m.name), m.name, []string{"keyring", "env", "file", "command"})
		}
	}
	if len(p.errorsSince(before)) > 0 {
		return Source{}, false
	}
	if problem := checkSource(f.name, s); problem != nil {
		p.problem(SeverityError, f.value.StartOffset, key, problem.Message, problem.Hint)
		return Source{}, false
	}
	return s, true
}

func (p *parser) command(m member, key string) []string {
	array, ok := m.value.Value.(*hujson.Array)
	if !ok || len(array.Elements) == 0 {
		p.problem(SeverityError, m.value.StartOffset, key, "command must be a list of the program and its arguments", `such as ["op", "read", "op://vault/item/field"]; no shell is involved`)
		return nil
	}
	var argv []string
	for _, element := range array.Elements {
		argument, ok := text(element)
		if !ok {
			p.problem(SeverityError, element.StartOffset, key, "every part of a command must be text", "put it in quotes")
			return nil
		}
		argv = append(argv, argument)
	}
	return argv
}
