package local

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// maxListedNames bounds how many names an error lists.
const maxListedNames = 10

func failure(kind providers.Kind, op, message, hint string) *providers.Error {
	return &providers.Error{Kind: kind, Provider: secret.Local, Op: op, Message: message, Hint: hint}
}

// missing is the error of a vault that has not been made.
func (v *Vault) missing() *providers.Error {
	return failure(providers.NotFound, "open", fmt.Sprintf("there is no vault %q at %s", v.name, v.dataPath()), "store a secret with `vault-lsp secret set`, which makes it")
}

func (v *Vault) damaged(path string, err error) *providers.Error {
	e := failure(providers.Damaged, "open", path+" is damaged", "restore it from a backup; nothing was changed")
	e.Err = err
	return e
}

func (v *Vault) unreadable(path string, err error) *providers.Error {
	e := failure(providers.Unavailable, "open", path+" cannot be read: "+reason(err), "check its permissions")
	e.Err = err
	return e
}

func (v *Vault) unwritable(err error) *providers.Error {
	e := failure(providers.Unavailable, "write", "the vault cannot be written in "+v.dir+": "+reason(err), "check the permissions of the folder and the space on the disk; the vault is as it was")
	e.Err = err
	return e
}

// reason is the operating system's words without the names of files.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return "the file system refuses"
}

// notFound lists the names there are, which are no secrets.
func (v *Vault) notFound(op, name string, c content) *providers.Error {
	names := c.names()
	hint := "the vault is empty; store it with `vault-lsp secret set`"
	if len(names) > maxListedNames {
		hint = fmt.Sprintf("there are %d others; `vault-lsp secret list` shows them", len(names))
	} else if len(names) > 0 {
		hint = "there are: " + strings.Join(names, ", ")
	}
	return failure(providers.NotFound, op, fmt.Sprintf("the vault %q has no secret %q", v.name, name), hint)
}
