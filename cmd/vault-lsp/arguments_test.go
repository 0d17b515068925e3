package main

import (
	"strings"
	"testing"
)

// TestArguments: what a user mistypes is refused with exit status 2, before
// anything is sent, by a sentence that names it.
func TestArguments(t *testing.T) {
	u := newUser(t)
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "passphrase")
	u.pipe("argument-marker", "secret", "set", "there").want(t, exitOK)
	target := newEchoTarget(t)
	file := u.write("a.http", "GET "+target.URL+"\n")
	for _, c := range []struct {
		args string
		want string
	}{
		{"sned a.http", "did you mean send?"},
		{"fmt", "FILE is missing"},
		{"fmt -w --check a.http", "exclude each other"},
		{"fmt a.http b.http", "say -w"},
		{"fmt nowhere.http", "no such file"},
		{"import curl x", `no command "import"`},
		{"export curl a.http", `no command "export"`},
		{"secret gte there", "did you mean get?"},
		{"credential frobnicate", "vault-lsp credential --help"},
		{"completion tcsh", `no command "completion tcsh"`},
		{"credential test", "vault-lsp: credential test: NAME is missing"},
		{"credential input --id x", `"socket" not set`},
		{"credential input --socket x", `"id" not set`},
		{"credential add x", "--provider and --auth are missing"},
		{"permission allow", "see vault-lsp permission allow --help"},
		{"send FILE --name nope", "no request is named"},
		{"permission x", "vault-lsp permission --help"},
		{"send", "FILE is missing"},
		{"send FILE b.http", `"b.http" is too much`},
		{"check", "FILE is missing"},
		{"version now", "takes no arguments"},
		{"send FILE --jsn", "did you mean --json?"},
		{"send FILE --line abc", "--line: this is no whole number"},
		{"send FILE --line 0", "lines count from 1"},
		{"send FILE --line -3", "lines count from 1"},
		{"send FILE --name ", "the name is empty"},
		{"send FILE --var argument-marker", "--var: write it as name=value"},
		{"send FILE --report xml=r.xml", "write it as junit=FILE"},
		{"send FILE --allow-host x.test", "write scheme and host"},
		{"send FILE --allow-host https://x.test/path", "write only scheme, host and port"},
		{"send FILE --config /no/such/config.json", "--config:"},
		{"secret list --provider nope", "there are: aws, "},
		{"secret list --set nope=1", `$local has no field "nope"`},
		{"secret list --provider vault --field nope", `$vault has no field "nope"`},
		{"permission allow --reference there --origin https://x.test", "--reference:"},
		{"permission allow --reference {{$local+secert=x}} --origin https://x.test", "did you mean secret?"},
		{"permission allow --reference {{$dotenv+A}} --origin https://x.test", "--reference:"},
	} {
		t.Run(c.args, func(t *testing.T) {
			args := strings.Split(c.args, " ")
			for i, arg := range args {
				args[i] = strings.ReplaceAll(strings.ReplaceAll(arg, "FILE", file), "+", " ")
			}
			r := u.run(args...).want(t, exitUsage, c.want)
			if strings.Contains(r.out+r.err, "argument-marker") {
				t.Errorf("a value is repeated: %s", r.err)
			}
		})
	}
	if len(target.authorization) > 0 {
		t.Errorf("%d requests were sent", len(target.authorization))
	}
	for _, args := range []string{"secret", "credential", "permission"} {
		u.run(args).want(t, exitOK, "Available Commands")
	}
}

// TestVariableFlag: everything behind the first = is the value, as it stands.
func TestVariableFlag(t *testing.T) {
	u := newUser(t)
	target := newEchoTarget(t)
	file := u.write("a.http", "POST "+target.URL+"\n\n[{{v}}][{{w}}]\n")
	for _, value := range []string{"1,2", "a,w=b", `say "hi"`, "a=b=c,d", ""} {
		u.run("send", file, "--var", "v="+value, "--var", "w=w").want(t, exitOK, "["+value+"][w]")
	}
}

// TestSendAllCountsWhatCannotBeSent: a request with a mistake is not left out.
func TestSendAllCountsWhatCannotBeSent(t *testing.T) {
	u := newUser(t)
	target := newEchoTarget(t)
	file := u.write("a.http", "GET "+target.URL+"/1\n\n###\nGET "+target.URL+"/2\nContent-Type text/plain\n\n###\nGET "+target.URL+"/3\n")
	u.run("send", file, "--all").want(t, exitSend, "/1", "a.http:5:", "no colon", "/3")
	if n := len(target.authorization); n != 2 {
		t.Errorf("%d requests arrived, want 2", n)
	}
}

func TestSecretNamesWithBlanks(t *testing.T) {
	u := newUser(t)
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "passphrase")
	u.pipe("blank-marker", "secret", "set", "my key").want(t, exitOK, "{{$local secret='my key'}}")
	u.pipe("other-marker", "secret", "set", "other").want(t, exitOK)
	if r := u.run("secret", "list", "--prefix", "my").want(t, exitOK); r.out != "my key\n" {
		t.Errorf("listed %q", r.out)
	}
}

// TestAddCredentialFaults: nothing is asked and nothing is kept of a profile
// that cannot be added.
func TestAddCredentialFaults(t *testing.T) {
	u := newUser(t)
	add := func(args ...string) result {
		return u.pipe("typed-marker", append([]string{"credential", "add"}, args...)...)
	}
	add("v", "--provider", "valt", "--auth", "token").want(t, exitUsage, "provider", `did you mean "vault"?`)
	add("v", "--provider", "vault", "--auth", "tokn").want(t, exitUsage, `did you mean "token"?`)
	add("v", "--provider", "vault", "--auth", "token", "--set", "adress=https://v.test").want(t, exitUsage, "adress", "address")
	add("v w", "--provider", "vault", "--auth", "token", "--set", "address=https://v.test").want(t, exitUsage, "not a name")
	add("v", "--provider", "vault", "--auth", "token", "--set", "token=typed-marker").want(t, exitUsage, "token is secret")
	r := add("v", "--provider", "vault", "--auth", "token", "--set", "address=https://v.test").
		want(t, exitUsage, "there is no OS keyring here", "--from token=env:NAME")
	if strings.Contains(r.err, "could not be deleted") || strings.Contains(r.err, "typed-marker") {
		t.Errorf("stderr: %s", r.err)
	}
	// A secret that a profile may do without is not dropped in silence either.
	approle := []string{"r", "--provider", "vault", "--auth", "approle", "--set", "address=https://v.test", "--set", "roleId=x"}
	add(approle...).want(t, exitUsage, "there is no OS keyring here", "--from secretId=env:NAME")
	u.run("credential", "list").want(t, exitOK, "no profiles")
	u.run(append([]string{"credential", "add"}, approle...)...).want(t, exitOK)
	u.run("credential", "remove", "r").want(t, exitOK)
	add("v", "--provider", "vault", "--auth", "token", "--set", "address=https://v.test", "--from", "token=env:T").want(t, exitOK)
	add("v", "--provider", "vault", "--auth", "token", "--set", "address=https://v.test").want(t, exitUsage, "already")
	u.run("credential", "list").want(t, exitOK, "v  vault  token\n")
}

// TestPermissionFlow: the command that a refused send suggests is one that the
// next send accepts.
func TestPermissionFlow(t *testing.T) {
	u := newUser(t)
	u.run("permission", "list").want(t, exitOK, "no permissions")
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "passphrase")
	u.pipe("permission-marker", "secret", "set", "it's here").want(t, exitOK)
	file := u.write("a.http", "GET https://api.example.test/\nAuthorization: Bearer {{$local secret=\"it's here\"}}\n")
	r := u.run("send", file).want(t, exitReference, "vault-lsp permission allow")
	_, suggestion, _ := strings.Cut(r.err, "vault-lsp permission allow")
	suggestion, _, _ = strings.Cut(suggestion, "`")
	suggestion, _, _ = strings.Cut(suggestion, "\n")
	u.shell("permission allow"+suggestion).want(t, exitOK, "may go to https://api.example.test")
	u.run("permission", "list").want(t, exitOK, "https://api.example.test", "header:Authorization")
	// Allowed now: what remains is that no such host exists.
	u.run("send", file).want(t, exitSend, "api.example.test")
	id, _, _ := strings.Cut(u.run("permission", "list").out, " ")
	u.run("permission", "revoke", id).want(t, exitOK, "revoked")
	u.run("send", file).want(t, exitReference)
	u.run("permission", "revoke", id).want(t, exitUsage, id)
}
