package gcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"cloud.google.com/go/auth"
	sdk "cloud.google.com/go/auth/credentials"
	"cloud.google.com/go/compute/metadata"

	"github.com/vault-lsp/vault-lsp/credentials"
)

// maxCredentialFile is far above any file of credentials, in bytes.
const maxCredentialFile = 1 << 20

// noADCHint says how Application Default Credentials come about.
const noADCHint = "sign in with `gcloud auth application-default login`, set GOOGLE_APPLICATION_CREDENTIALS, or add a credential with `vault-lsp credential add`"

// applicationDefault is the method default: Application Default Credentials in
// their documented order, which is the variable, gcloud's file, the machine.
// https://cloud.google.com/docs/authentication/application-default-credentials
func (a *account) applicationDefault(ctx context.Context) (source, error) {
	if path := a.options.namedFile(); path != "" {
		if !filepath.IsAbs(path) {
			// The program may run in a cloned folder, whose file would then
			// name the servers that the identity goes to.
			return source{}, &methodError{
				text: envADC + " is a relative path, which would be looked for in the workspace",
				hint: "make it an absolute path",
			}
		}
		return a.credentialFile(path, envADC)
	}
	if path := a.options.wellKnownFile(); path != "" {
		from, err := a.credentialFile(path, "gcloud")
		if !errors.Is(err, fs.ErrNotExist) {
			return from, err
		}
	}
	return a.machine(ctx)
}

// namedFile is the file that the variable names; "" if there is none.
func (o Options) namedFile() string {
	path, _ := o.LookupEnv(envADC)
	return path
}

// Stamp tells one state of the file of Application Default Credentials from
// another, so that a new `gcloud auth application-default login` counts at once;
// see providers.Stamper.
func (p *Provider) Stamp(profile credentials.Profile) string {
	if profile.Auth != authDefault && (profile.Auth != authImpersonate || profile.Fields[fieldSource] != "") {
		return ""
	}
	path := first(p.options.namedFile(), p.options.wellKnownFile())
	info, err := os.Stat(path)
	if err != nil {
		return path
	}
	return fmt.Sprint(path, info.ModTime().UnixNano(), info.Size())
}

// wellKnownFile is where gcloud keeps the credentials of `gcloud auth
// application-default login`; "" where there is no such place.
func (o Options) wellKnownFile() string {
	folder := o.gcloudFolder()
	if folder == "" {
		return ""
	}
	return filepath.Join(folder, "application_default_credentials.json")
}

// gcloudFolder is the configuration folder of gcloud.
func (o Options) gcloudFolder() string {
	if folder, ok := o.LookupEnv("CLOUDSDK_CONFIG"); ok && filepath.IsAbs(folder) {
		return folder
	}
	parent := "HOME"
	if runtime.GOOS == "windows" {
		parent = "APPDATA"
	}
	folder, ok := o.LookupEnv(parent)
	switch {
	case !ok || !filepath.IsAbs(folder):
		return ""
	case runtime.GOOS == "windows":
		return filepath.Join(folder, "gcloud")
	}
	return filepath.Join(folder, ".config", "gcloud")
}

// credentialFile reads a file of the user. origin says in messages who named
// it. The error is fs.ErrNotExist if there is none.
func (a *account) credentialFile(path, origin string) (source, error) {
	bad := func(text, hint string, err error) error {
		return &methodError{text: fmt.Sprintf("the credentials file of %s %s", origin, text), hint: hint, err: err}
	}
	data, err := readLimited(path)
	if err != nil {
		return source{}, bad("cannot be read: "+pathReason(err), noADCHint, err)
	}
	defer clear(data)
	var file keyFile
	if json.Unmarshal(data, &file) != nil || file.Type == "" {
		return source{}, bad("is not the JSON of a credential", "download it anew, or run `gcloud auth application-default login`", nil)
	}
	if allowed, _ := a.options.LookupEnv(envExecutables); allowed != "1" && namesProgram(file) {
		return source{}, bad("names a program that gives the token, which is not allowed",
			"if you trust the file and the program, set "+envExecutables+"=1", nil)
	}
	switch kind := sdk.CredType(file.Type); kind {
	case sdk.ServiceAccount, sdk.AuthorizedUser, sdk.ExternalAccount, sdk.ImpersonatedServiceAccount, sdk.ExternalAccountAuthorizedUser:
		return a.library(kind, data, file.principal())
	default:
		return source{}, bad("has a type that is not supported", "use a service account key, workload identity federation or `gcloud auth application-default login`", nil)
	}
}

// readLimited reads a regular file of reasonable size.
func readLimited(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxCredentialFile {
		return nil, errors.New("no regular file of reasonable size")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, maxCredentialFile))
}

// pathReason is why a file cannot be read.
func pathReason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	}
	return "it is not a readable file"
}

// machine is the identity of the virtual machine, container or function this
// runs in, from its metadata server.
func (a *account) machine(ctx context.Context) (source, error) {
	if !metadata.OnGCEWithContext(ctx) {
		if err := ctx.Err(); err != nil {
			return source{}, err
		}
		return source{}, &methodError{text: "there are no Application Default Credentials", hint: noADCHint}
	}
	server := metadata.NewWithOptions(&metadata.Options{Logger: silent(), UseDefaultClient: true})
	who := principal{kind: "service account", via: "the metadata server", universe: defaultUniverse}
	if universe, err := server.GetWithContext(ctx, "universe/universe-domain"); err == nil && universe != "" {
		who.universe = universe
	}
	// Neither of these is needed to get a token.
	who.project, _ = server.ProjectIDWithContext(ctx)
	who.email, _ = server.EmailWithContext(ctx, "default")
	return source{who: who, token: func(ctx context.Context) (*auth.Token, error) { return machineToken(ctx, server) }}, nil
}

// machineToken asks the metadata server for an access token.
// https://cloud.google.com/compute/docs/access/authenticate-workloads
func machineToken(ctx context.Context, server *metadata.Client) (*auth.Token, error) {
	text, err := server.GetWithContext(ctx, "instance/service-accounts/default/token?scopes="+url.QueryEscape(scope))
	var none metadata.NotDefinedError
	if errors.As(err, &none) {
		return nil, &methodError{text: "this machine has no service account", hint: "attach one to it, or add a credential with `vault-lsp credential add`", err: err}
	}
	if err != nil {
		return nil, fmt.Errorf("ask the metadata server: %w", err)
	}
	var answer struct {
		Token   string `json:"access_token"`
		Expires int    `json:"expires_in"` // seconds
	}
	if json.Unmarshal([]byte(text), &answer) != nil || answer.Token == "" {
		return nil, errors.New("the metadata server gave no token")
	}
	return &auth.Token{Value: answer.Token, Expiry: time.Now().Add(time.Duration(answer.Expires) * time.Second)}, nil
}
