package vault_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/providers"
)

// person signs in with a browser.
func person(browse func(ctx context.Context, target string) error) providers.Person {
	return providers.Person{OpenURL: browse}
}

var (
	hiddenFields = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	formAction   = regexp.MustCompile(`action="([^"]*)"`)
)

// submitForms is a browser without a screen: it opens a page, submits the forms
// it finds and follows redirects. It returns the last page.
func submitForms(ctx context.Context, target string) (string, error) {
	method, body := http.MethodGet, ""
	for range 5 {
		request, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
		if err != nil {
			return "", err
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return "", err
		}
		page, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil {
			return "", err
		}
		action := formAction.FindSubmatch(page)
		if action == nil {
			return string(page), nil
		}
		form := url.Values{}
		for _, field := range hiddenFields.FindAllSubmatch(page, -1) {
			form.Set(string(field[1]), string(field[2]))
		}
		next, err := response.Request.URL.Parse(string(action[1]))
		if err != nil {
			return "", err
		}
		method, target, body = http.MethodPost, next.String(), form.Encode()
	}
	return "", errors.New("too many pages")
}

// inBackground browses while the sign-in waits, like a browser that was opened.
func inBackground(t *testing.T) func(ctx context.Context, target string) error {
	return func(_ context.Context, target string) error {
		go func() {
			if _, err := submitForms(context.WithoutCancel(t.Context()), target); err != nil {
				t.Errorf("browser: %v", err)
			}
		}()
		return nil
	}
}
