package gcp

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/api/iterator"
	"google.golang.org/grpc/codes"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// errChecksum is a payload that changed on its way.
var errChecksum = errors.New("the checksum of the payload does not match")

// errNoPayload is an answer without a secret in it.
var errNoPayload = errors.New("the answer holds no payload")

// missingError is a secret or version that is not there, goneError one whose
// data is disabled or destroyed. Their texts are safe to show.
type missingError struct {
	text, hint string
	err        error
}

func (e *missingError) Error() string { return e.text }

func (e *missingError) Unwrap() error { return e.err }

type goneError struct {
	text, hint string
	err        error
}

func (e *goneError) Error() string { return e.text }

func (e *goneError) Unwrap() error { return e.err }

// read fetches the payload of a version.
func (a *account) read(ctx context.Context, at location) (providers.Payload, error) {
	payload, err := call(ctx, a, at.region, func(ctx context.Context, c *client) (providers.Payload, error) {
		answer, err := c.sdk.AccessSecretVersion(ctx, &secretmanagerpb.AccessSecretVersionRequest{Name: at.versionName()}, bounded())
		if err != nil {
			return providers.Payload{}, err
		}
		return payloadOf(answer)
	})
	switch codeOf(err) {
	case codes.NotFound:
		return providers.Payload{}, a.missing(ctx, at, err)
	case codes.FailedPrecondition:
		if a.isUnusable(err) {
			return providers.Payload{}, a.gone(ctx, at, err)
		}
	}
	return payload, err
}

// payloadOf checks an answer. The checksum is CRC32C, computed when the secret
// was added: https://cloud.google.com/secret-manager/docs/data-integrity
func payloadOf(answer *secretmanagerpb.AccessSecretVersionResponse) (providers.Payload, error) {
	body := answer.GetPayload()
	if body == nil {
		return providers.Payload{}, errNoPayload
	}
	data := body.GetData()
	if body.DataCrc32C != nil && int64(crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))) != body.GetDataCrc32C() {
		clear(data)
		return providers.Payload{}, errChecksum
	}
	kind := providers.Text
	if !utf8.Valid(data) {
		kind = providers.Binary
	}
	return providers.Payload{Value: secret.NewValue(data), Kind: kind, Version: last(answer.GetName())}, nil
}

// statePattern finds in an answer which version is meant and what is wrong with
// it. The answer's text is looked at and never shown.
var statePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`versions/([0-9]+)\] is in (DISABLED|DESTROYED) state`)
})

// isUnusable reports whether an answer is about the state of a version.
func (a *account) isUnusable(err error) bool {
	api := apiError(err)
	return api != nil && (strings.Contains(api.Message(), "DISABLED") || strings.Contains(api.Message(), "DESTROYED"))
}

// gone says which version is disabled or destroyed and, where the credential
// may see it, which is the newest one that is not. `latest` means the version
// that was made last, whatever its state.
// https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions
func (a *account) gone(ctx context.Context, at location, cause error) error {
	number, state := "", ""
	if found := statePattern().FindStringSubmatch(apiError(cause).Message()); found != nil {
		number, state = found[1], strings.ToLower(found[2])
	}
	version, err := a.version(ctx, at)
	if err == nil {
		number, state = last(version.GetName()), stateName(version.GetState())
	}
	if state == "" {
		state = "disabled or destroyed"
	}
	subject := "version " + first(number, at.version)
	if number != "" && number != at.version {
		subject = fmt.Sprintf("version %s, which %s stands for,", number, at.version)
	}
	gone := &goneError{text: fmt.Sprintf("%s of %s is %s", subject, at.secretName(), state), err: cause}
	if ends := version.GetScheduledDestroyTime(); ends != nil {
		gone.text += ", and destroyed on " + day(ends)
	}
	number = first(number, at.version)
	enable := fmt.Sprintf("gcloud secrets versions enable %s --secret=%s %s", number, at.secret, at.flags())
	usable, err := a.newestEnabled(ctx, at)
	switch {
	case err == nil && usable != "":
		gone.hint = "the newest enabled version is " + usable + ": write version=" + usable
		if state == "disabled" {
			gone.hint += ", or enable " + number + " again: " + enable
		}
	case err == nil:
		gone.hint = "no version of it is enabled: add one, or enable one again"
	case state == "disabled":
		gone.hint = "name another version, or enable it again: " + enable
	default:
		gone.hint = "name another version; which are enabled cannot be seen without the permission " + permissionListVersions
	}
	return gone
}

// version asks for the state of a version, which takes another permission than
// its payload.
func (a *account) version(ctx context.Context, at location) (*secretmanagerpb.SecretVersion, error) {
	return call(ctx, a, at.region, func(ctx context.Context, c *client) (*secretmanagerpb.SecretVersion, error) {
		return c.sdk.GetSecretVersion(ctx, &secretmanagerpb.GetSecretVersionRequest{Name: at.versionName()}, bounded())
	})
}

// newestEnabled is the number of the enabled version that was made last; "" if
// there is none. Versions are listed from the newest to the oldest.
func (a *account) newestEnabled(ctx context.Context, at location) (string, error) {
	return call(ctx, a, at.region, func(ctx context.Context, c *client) (string, error) {
		versions := c.sdk.ListSecretVersions(ctx, &secretmanagerpb.ListSecretVersionsRequest{
			Parent: at.secretName(), Filter: "state:ENABLED", PageSize: pageSize,
		}, bounded())
		for {
			version, err := versions.Next()
			if errors.Is(err, iterator.Done) {
				return "", nil
			}
			if err != nil {
				return "", err
			}
			if version.GetState() == secretmanagerpb.SecretVersion_ENABLED {
				return last(version.GetName()), nil
			}
		}
	})
}

// missing says whether it is the secret or the version that is not there, as
// far as the credential may see.
func (a *account) missing(ctx context.Context, at location, cause error) error {
	lost := &missingError{err: cause}
	found, err := call(ctx, a, at.region, func(ctx context.Context, c *client) (*secretmanagerpb.Secret, error) {
		return c.sdk.GetSecret(ctx, &secretmanagerpb.GetSecretRequest{Name: at.secretName()}, bounded())
	})
	// Without the right to ask, the text of the answer tells: a version that
	// is missing is named in it.
	message := ""
	if api := apiError(cause); api != nil {
		message = api.Message()
	}
	isVersion := err == nil && found != nil || codeOf(err) != codes.NotFound && strings.Contains(message, "/versions/")
	switch {
	case isVersion && at.version == latest:
		lost.text = at.secretName() + " has no version yet"
		lost.hint = "add one: gcloud secrets versions add " + at.secret + " " + at.flags() + " --data-file=-"
	case isVersion:
		lost.text = fmt.Sprintf("%s has no version %s", at.secretName(), at.version)
		lost.hint = "list them: gcloud secrets versions list " + at.secret + " " + at.flags()
		if !isNumber(at.version) {
			lost.text = fmt.Sprintf("%s has no alias %s", at.secretName(), at.version)
			lost.hint = "see the aliases: gcloud secrets describe " + at.secret + " " + at.flags()
		}
	default:
		lost.text = "there is no secret " + at.secretName()
		lost.hint = "check the id, the project and whether the secret is regional (location); ids are case-sensitive"
		if at.region != "" {
			lost.hint = "check the id, the project and the location; ids are case-sensitive"
		}
	}
	return lost
}

func isNumber(text string) bool { return strings.Trim(text, "0123456789") == "" }

// stateName is a state in a word.
func stateName(state secretmanagerpb.SecretVersion_State) string {
	switch state {
	case secretmanagerpb.SecretVersion_ENABLED:
		return "enabled"
	case secretmanagerpb.SecretVersion_DISABLED:
		return "disabled"
	case secretmanagerpb.SecretVersion_DESTROYED:
		return "destroyed"
	}
	return "in an unknown state"
}
