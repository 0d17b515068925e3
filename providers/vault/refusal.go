package vault

import (
	"errors"
	"net/http"
	"slices"

	"github.com/vault-lsp/vault-lsp/credentials"
)

// loginError is a sign-in the server refused. Its text is safe to show.
type loginError struct {
	method, text, hint string
	err                error
}

func (e *loginError) Error() string { return e.text }

func (e *loginError) Unwrap() error { return e.err }

// refusals are what a login path's refusals mean, the first that fits first.
type refusals struct {
	method, mount string
	rows          []refusal
}

// refusal is the sentence for a status and a phrase of the server; an empty
// phrase fits all.
type refusal struct {
	status             int
	phrase, text, hint string
}

// on returns r with another row.
func (r refusals) on(status int, phrase, text, hint string) refusals {
	r.rows = append(slices.Clone(r.rows), refusal{status, phrase, text, hint})
	return r
}

// refused turns the answer to a login into a sentence. Errors that are not the
// server's judgement of the login stay what they are.
func (c *client) refused(err error, r refusals) error {
	if err == nil {
		return nil
	}
	for _, row := range r.rows {
		fits := hasStatus(err, row.status) || errors.Is(err, errNoLogin) && row.status == http.StatusBadRequest
		if fits && (row.phrase == "" || hasMessage(err, row.phrase)) {
			return &loginError{method: r.method, text: row.text, hint: row.hint, err: err}
		}
	}
	if hasStatus(err, http.StatusForbidden) || hasStatus(err, http.StatusNotFound) {
		hint := "check the mount of the " + r.method + " method and the namespace of " + c.title
		if c.settings.isHCP() && c.settings.authNamespace == "" {
			hint += "; on HCP it is admin or one below it"
		}
		return &loginError{method: r.method, err: err, text: "the server refuses a login at auth/" + r.mount, hint: hint}
	}
	return err
}

// authMount is the path of an auth method: the profile's, or the one it has by
// default.
func authMount(profile credentials.Profile, byDefault string) (string, error) {
	text := profile.Fields[fieldMount]
	if text == "" {
		text = byDefault
	}
	mount, err := cleanPath(text)
	if err != nil {
		return "", &settingError{field: fieldMount, text: err.Error()}
	}
	return mount, nil
}
