package outbound

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// RedirectError is a redirect that was not followed: what it was sent with, a
// token or a password, would go along.
type RedirectError struct {
	// Target is the origin it leads to; it has neither path nor query, which may
	// repeat what was sent.
	Target string
}

// Error names the target.
func (e *RedirectError) Error() string { return "redirected to " + e.Target }

// RefuseRedirect closes a response that is a redirect and returns a
// *RedirectError; nil for any other.
func RefuseRedirect(response *http.Response) error {
	if response.StatusCode < 300 || response.StatusCode >= 400 {
		return nil
	}
	target := "another place"
	if location, err := response.Location(); err == nil {
		target = location.Scheme + "://" + location.Host
	}
	_ = response.Body.Close()
	return &RedirectError{Target: target}
}

// UseRedirect is an http.Client.CheckRedirect that hands out redirects as they
// are, unfollowed.
func UseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// TooLargeError is an answer with more than Limit bytes.
type TooLargeError struct{ Limit int64 }

// Error names the limit.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the answer is larger than %d MiB", e.Limit>>20)
}

// LimitBody returns a body that fails with a *TooLargeError, unlike
// io.LimitReader, when it is longer than limit bytes: a cut answer must not
// pass for a whole one.
func LimitBody(body io.ReadCloser, limit int64) io.ReadCloser {
	return &limitedBody{ReadCloser: body, limit: limit, left: limit}
}

type limitedBody struct {
	io.ReadCloser
	limit, left int64
}

// Read reads up to the limit.
func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, &TooLargeError{Limit: b.limit}
	}
	// One byte more than is left shows whether the body goes on.
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, &TooLargeError{Limit: b.limit}
	}
	return n, err
}

// RetryAfter reads how long a server asks to wait, in seconds or until a date
// (RFC 9110, section 10.2.3); 0 if it does not say.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now).Round(time.Second))
	}
	return 0
}
