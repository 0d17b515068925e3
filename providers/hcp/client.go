package hcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/outbound"
	"github.com/vault-lsp/vault-lsp/providers"
)

// client is the connection of one credential: where it leads, its token, and
// which organization and project its names stand for.
type client struct {
	settings  settings
	http      *http.Client
	userAgent string
	session   *session
	scopes    scopeTable
	now       func() time.Time
}

// newClient makes the client of a credential. It sends nothing.
func newClient(credential providers.Credential, options Options) (*client, error) {
	s, err := newSettings(credential.Profile)
	if err != nil {
		return nil, err
	}
	c := &client{
		settings: s, http: newHTTPClient(s, options), userAgent: options.UserAgent, now: options.Clock,
		scopes: newScopeTable(),
	}
	c.session = newSession(func(ctx context.Context) (*token, error) { return c.signIn(ctx, credential) }, options.Clock)
	return c, nil
}

// close forgets what the client knows and reports whether it was signed in.
func (c *client) close() bool {
	c.http.CloseIdleConnections()
	return c.session.end()
}

// statusError is an answer that is not 200. Message is the server's, which is
// looked at and never shown: a server may repeat what it was sent.
type statusError struct {
	status  int
	code    int    // of the body, as gRPC numbers them; 0 if the body is none of the interface's
	message string // lower case
	wait    time.Duration
	target  string // origin that a redirect leads to
	origin  string // that answered
}

func (e *statusError) Error() string { return fmt.Sprintf("status %d", e.status) }

// errNotHCP is an answer that has not the form of the interface's.
var errNotHCP = errors.New("the answer is not one of HCP")

// call is a read of the interface.
type call struct {
	// path are the segments below the interface's URL, not escaped.
	path []string
	// verb stands behind a colon at the end: "open".
	verb  string
	query url.Values
}

// url is where a call goes. Every segment is escaped, colons too, so that no
// name can stand for another path or verb.
func (r call) url(api *url.URL) *url.URL {
	var escaped strings.Builder
	escaped.WriteString(api.EscapedPath())
	for _, segment := range r.path {
		escaped.WriteString("/" + strings.ReplaceAll(url.PathEscape(segment), ":", "%3A"))
	}
	if r.verb != "" {
		escaped.WriteString(":" + r.verb)
	}
	target := *api
	target.RawPath, target.RawQuery = escaped.String(), r.query.Encode()
	// What was escaped above can be unescaped.
	target.Path, _ = url.PathUnescape(target.RawPath)
	return &target
}

// get makes a call and reads the JSON answer. A token that is no longer
// accepted is replaced once.
func (c *client) get(ctx context.Context, r call, answer any) error {
	used, err := c.session.use(ctx)
	if err != nil {
		return err
	}
	err = c.getWith(ctx, used, r, answer)
	if !hasStatus(err, http.StatusUnauthorized) {
		return err
	}
	c.session.drop(used)
	fresh, err := c.session.use(ctx)
	if err != nil {
		return err
	}
	return c.getWith(ctx, fresh, r, answer)
}

func (c *client) getWith(ctx context.Context, t *token, r call, answer any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url(c.settings.api).String(), nil)
	if err != nil {
		return fmt.Errorf("build request: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+t.text)
	body, err := c.do(request)
	defer clear(body)
	if err != nil {
		return err
	}
	if json.Unmarshal(body, answer) != nil {
		// The JSON error may show a piece of the body.
		return errNotHCP
	}
	return nil
}

// do sends a request and returns the body of an answer with status 200.
func (c *client) do(request *http.Request) ([]byte, error) {
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.userAgent)
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(outbound.LimitBody(response.Body, maxAnswer))
	switch {
	case err != nil:
		clear(body)
		return nil, fmt.Errorf("read answer: %w", err)
	case response.StatusCode != http.StatusOK:
		defer clear(body)
		return nil, c.newStatusError(response, body)
	}
	return body, nil
}

// newStatusError reads an answer that is an error: the body of the interface is
// a google.rpc.Status, that of the identity service RFC 6749, section 5.2.
func (c *client) newStatusError(response *http.Response, body []byte) error {
	e := &statusError{status: response.StatusCode, origin: origin(response.Request.URL)}
	var shape struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Error   string `json:"error"`
	}
	if json.Unmarshal(body, &shape) == nil {
		e.code, e.message = shape.Code, strings.ToLower(shape.Message)
		if shape.Error != "" {
			e.message = strings.ToLower(shape.Error)
		}
	}
	e.wait = outbound.RetryAfter(response.Header, c.now())
	if location, err := response.Location(); err == nil {
		e.target = origin(location)
	}
	return e
}

func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

// hasStatus reports whether an error is an answer of a status.
func hasStatus(err error, status int) bool {
	var answer *statusError
	return errors.As(err, &answer) && answer.status == status
}
