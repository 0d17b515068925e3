package foreign

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/golden"
)

// TestGenerated fails when docs/migrating.md is not what the tables say.
func TestGenerated(t *testing.T) {
	t.Parallel()
	golden.Compare(t, "../../docs/migrating.md", migratingDocument())
}

func migratingDocument() string {
	var b strings.Builder
	b.WriteString(`# References of other tools

<!-- Generated from the tables in secret/foreign by go test ./secret/foreign -run TestGenerated -update. -->

References that other tools write are read where a reference of ours may stand: between ` + "`{{` and `}}`" + ` in a request file, and as the whole value of a variable (` + "`@token = op://dev/stripe/credential`" + `), of an environment file or of ` + "`.env`" + `. What they mean is one of [our references](references.md): hover shows which, the code action *Rewrite as* writes it, and credentials, cache, masking and the question where a secret may go are the same.

## vals

An expression is ` + "`ref+SCHEME://PATH?PARAMETERS#/KEY`, or with `secretref+`; a `+` at its end is allowed" + `. ` + "`#/a/b`" + ` is the way down into a JSON object; a YAML document in a secret is not read. In the value of a variable or of an environment file an expression may stand inside other text, as in vals: ` + "`Bearer ref+vault://secret/app#/token`" + `. In the text of a request it needs the braces.

| expression | read as |
|---|---|
`)
	for _, s := range Schemes() {
		fmt.Fprintf(&b, "| `%s` | `%s` |\n", s.Example, s.Becomes)
	}
	names := slices.Sorted(slices.Values(identityParams))
	b.WriteString(`
The other schemes of vals are refused, and never sent as text.

Parameters that choose a server, an identity or a key file are **never obeyed**, because a request file that came with a cloned folder must not say where your credentials go: ` + "`" + strings.Join(names, "`, `") + "`" + `. A warning says which of your credentials is used instead. ` + "`optional` and `fallback_value`" + ` have no effect either: a secret that is missing is an error.

## 1Password

` + "`{{op://vault/item/field}}` and `{{op://vault/item/section/field}}`, with `?attribute=otp` and `?ssh-format=openssh`" + `, are read by your own ` + "`op`" + ` program, as ` + "`{{$op id=op://vault/item/field}}`" + ` is. Names with blanks need quotes only in the latter.

## Insomnia

A tag ` + "`{% vault 'aws', 'crd_…', '…' %}`" + ` names a credential of one machine's database, so it is not sent. The quick fix writes the reference in it for AWS, GCP, HashiCorp Vault, HCP Vault Secrets and Azure; the default credential of the provider is used, or the one that you name with ` + "`credential=`" + `.

## Bruno

What ` + "`{{$secrets.NAME.KEY}}`" + ` means stands in Bruno's environment files, under an alias. The quick fixes write a reference to begin with.

## Visual Studio

Objects such as ` + "`{\"provider\": \"AzureKeyVault\", \"secretName\": …}`" + ` in ` + "`http-client.env.json`" + ` are read as they are.

## HCP Vault Secrets

The service ended on 2026-07-01. A warning stands at every reference to it, and quick fixes rewrite it for a Vault server such as HCP Vault Dedicated: the application becomes the path of a secret and its secrets the keys in it, or each secret a path of its own.
`)
	return b.String()
}
