package awsauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/outbound"
	"github.com/vault-lsp/vault-lsp/providers"
)

// Retries are few and short: a person waits for the answer.
const (
	maxAttempts = 3
	maxBackoff  = time.Second
)

// A sign-in goes on for other callers when the one that began it is gone, so it
// has limits of its own; a person has to find the MFA device.
const (
	loginTimeout  = time.Minute
	personTimeout = 10 * time.Minute
)

// expiryWindow is how long before their end temporary credentials are renewed.
const expiryWindow = time.Minute

// Account is one AWS account as one credential sees it. Its methods may be
// called concurrently.
type Account struct {
	profile  credentials.Profile
	title    string
	settings settings
	config   aws.Config
	stamps   []fileStamp
	// tokens are those of the access portal that the account signs in with; nil
	// without one.
	tokens *tokens
	// personal is set if a person's MFA code is behind the credentials.
	personal bool
	// used is set when the account has signed in, last holds what came of it.
	used atomic.Bool
	last atomic.Pointer[aws.Credentials]

	mu      sync.Mutex
	clients map[string]any
}

// Client returns the account's client of a service in a region; newClient
// makes it on first use. service is its name in host names, see ServiceSSM.
func Client[T any](a *Account, service, region string, newClient func(config aws.Config, endpoint string) T) T {
	key := service + " " + region
	a.mu.Lock()
	defer a.mu.Unlock()
	if held, ok := a.clients[key].(T); ok {
		return held
	}
	made := newClient(a.configIn(region), a.settings.endpointFor(service))
	a.clients[key] = made
	return made
}

// configIn is the configuration for a region. No client is ever made from one
// whose logging is on.
func (a *Account) configIn(region string) aws.Config {
	c := a.config.Copy()
	c.Region = region
	c.ClientLogMode = 0
	return c
}

// asker asks a person for the code of an MFA device; nil where nobody may be
// asked.
type asker func(serial string) (string, error)

// load makes the account of a credential.
func (a *Accounts) load(ctx context.Context, credential providers.Credential, ask asker) (*Account, error) {
	s, err := newSettings(credential.Profile)
	if err != nil {
		return nil, err
	}
	account := &Account{profile: credential.Profile, title: credential.Profile.Title(), settings: s, clients: map[string]any{}}
	l := &loader{accounts: a, credential: credential, settings: s, ask: ask}
	account.stamps = stampFiles(l.sharedFiles())
	if account.config, err = l.config(ctx); err != nil {
		return nil, err
	}
	account.tokens, account.personal = l.tokens, l.personal
	limit := loginTimeout
	if ask != nil {
		limit = personTimeout
	}
	account.config.Credentials = cached(&watched{inner: account.config.Credentials, account: account, announce: credential.Announce, limit: limit})
	return account, nil
}

// loader turns one credential into a configuration of the SDK.
type loader struct {
	accounts   *Accounts
	credential providers.Credential
	settings   settings
	ask        asker
	tokens     *tokens // set by fromPortal
	personal   bool    // set by withMFA
}

// config is the SDK's configuration for the way the profile signs in.
func (l *loader) config(ctx context.Context) (aws.Config, error) {
	switch l.settings.auth {
	case authDefault:
		return l.defaultChain(ctx)
	case authKeys:
		return l.keys(ctx)
	case authProfile:
		return l.profile(ctx, l.credential.Profile.Fields[fieldProfile])
	case authSSO:
		return l.sso(ctx)
	case authRole:
		return l.role(ctx)
	}
	return aws.Config{}, &settingError{field: "auth", text: "is not a way to sign in to AWS that is known here"}
}

// sdk loads the SDK's configuration: environment and shared files, with what
// the profile says above both.
func (l *loader) sdk(ctx context.Context, more ...func(*config.LoadOptions) error) (aws.Config, error) {
	s := l.settings
	options := []func(*config.LoadOptions) error{
		config.WithHTTPClient(newHTTPClient(s.allowHTTP, l.accounts.options.Proxy)),
		config.WithLogger(logging.Nop{}),
		config.WithAPIOptions(apiOptions(l.accounts.options.UserAgent)),
		config.WithRetryer(newRetryer),
		config.WithAssumeRoleCredentialOptions(l.askForCode),
	}
	if s.region != "" {
		options = append(options, config.WithRegion(s.region))
	}
	if s.endpoint != nil && s.endpointService() == "" {
		options = append(options, config.WithBaseEndpoint(s.endpoint.String()))
	}
	files := l.sharedFiles()
	options = append(options, config.WithSharedConfigFiles(files[:1]), config.WithSharedCredentialsFiles(files[1:]))
	loaded, err := config.LoadDefaultConfig(ctx, append(options, more...)...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("load the AWS configuration: %w", err)
	}
	loaded.ClientLogMode = 0
	return loaded, nil
}

// newRetryer returns the SDK's standard retryer with bounds.
func newRetryer() aws.Retryer {
	return &patient{retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.MaxBackoff = maxBackoff
	})}
}

// patient does not try again what the service has asked to wait for, which is
// told to the user instead, what this program itself or a proxy has refused, and
// a metadata service that is not there.
type patient struct{ aws.Retryer }

// IsErrorRetryable reports whether to try again.
func (p *patient) IsErrorRetryable(err error) bool {
	var redirect *outbound.RedirectError
	var plain *outbound.PlainHTTPError
	var proxy *outbound.ProxyError
	if errors.As(err, &redirect) || errors.As(err, &plain) || errors.As(err, &proxy) || isMetadataSilent(err) {
		return false
	}
	return retryAfter(err) == 0 && p.Retryer.IsErrorRetryable(err)
}

// cached keeps what a provider of credentials gave until shortly before its
// end; any number of callers share one sign-in.
func cached(provider aws.CredentialsProvider) aws.CredentialsProvider {
	return aws.NewCredentialsCache(provider, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = expiryWindow })
}

// watched bounds the time of a sign-in and tells what came of it.
type watched struct {
	inner    aws.CredentialsProvider
	account  *Account
	announce func(value)
	limit    time.Duration
}

// Retrieve signs in.
func (w *watched) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if w.inner == nil {
		return aws.Credentials{}, &signInError{errNoCredentials}
	}
	ctx, cancel := context.WithTimeout(ctx, w.limit)
	defer cancel()
	got, err := w.inner.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, &signInError{err}
	}
	announceKeys(w.announce, got)
	w.account.used.Store(true)
	w.account.last.Store(&got)
	return got, nil
}

var errNoCredentials = errors.New("no provider of credentials")

func sameKeys(a, b aws.Credentials) bool {
	return a.AccessKeyID == b.AccessKeyID && a.SecretAccessKey == b.SecretAccessKey && a.SessionToken == b.SessionToken
}

// sharedFiles are the files of the AWS configuration that the account is read
// from: that with the profiles, and that with the keys.
func (l *loader) sharedFiles() []string {
	return []string{
		cmp.Or(l.settings.configFile, os.Getenv("AWS_CONFIG_FILE"), inHome(config.DefaultSharedConfigFilename())),
		cmp.Or(l.settings.credentialsFile, os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), inHome(config.DefaultSharedCredentialsFilename())),
	}
}

// inHome is a path that the SDK makes of the home folder. Where there is none,
// as in a container for a user without a name, it is relative and would be a
// file of the workspace, which may name a program: then it is no file at all.
func inHome(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return os.DevNull
}

// fileStamp tells whether a file has changed.
type fileStamp struct {
	path    string
	size    int64
	changed time.Time
}

func stampFiles(paths []string) []fileStamp {
	stamps := make([]fileStamp, len(paths))
	for i, path := range paths {
		stamps[i].path = path
		// A file that is not there is stamped with zeros.
		if info, err := os.Stat(path); err == nil {
			stamps[i].size, stamps[i].changed = info.Size(), info.ModTime()
		}
	}
	return stamps
}

// outdated reports whether the user has changed the AWS configuration since.
func (a *Account) outdated() bool {
	for _, stamp := range a.stamps {
		if stampFiles([]string{stamp.path})[0] != stamp {
			return true
		}
	}
	return false
}
