package vault

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// podTokenFile is where Kubernetes puts the token of a pod's service account
// (https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/).
const podTokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token"

// maxPodToken bounds what is read of it, in bytes.
const maxPodToken = 64 << 10

// withJWT signs in with a JSON Web Token that another system issued.
func (c *client) withJWT(credential providers.Credential) (signInFunc, error) {
	mount, err := authMount(credential.Profile, authJWT)
	if err != nil {
		return nil, err
	}
	role := credential.Profile.Fields[fieldRole]
	refusals := refusals{method: authJWT, mount: mount}.
		on(http.StatusBadRequest, "role", "the server does not know the role, or the mount has no default role",
			"check the role of "+c.title).
		on(http.StatusBadRequest, "expired", "the JWT has expired", "have a new one issued for "+c.title).
		on(http.StatusBadRequest, "", "the server refuses the JWT",
			"check that issuer, audience and subject of the JWT are those the role is bound to")
	return func(ctx context.Context) (*login, error) {
		token, err := material(ctx, credential, fieldJWT)
		if err != nil {
			return nil, err
		}
		l, err := c.mint(ctx, "auth/"+mount+"/login", withRole(role, map[string]string{"jwt": token}))
		return l, c.refused(err, refusals)
	}, nil
}

// withKubernetes signs in with the token of a service account, the pod's own
// where the profile names none. The file is read at each sign-in, since
// Kubernetes replaces the token before it ends.
func (c *client) withKubernetes(credential providers.Credential, podToken string) (signInFunc, error) {
	mount, err := authMount(credential.Profile, authKubernetes)
	if err != nil {
		return nil, err
	}
	role := credential.Profile.Fields[fieldRole]
	if role == "" {
		return nil, &settingError{field: fieldRole, text: "is missing"}
	}
	const hint = "check that the role is bound to this service account and namespace, and that the token is for this cluster"
	refusals := refusals{method: authKubernetes, mount: mount}.
		on(http.StatusBadRequest, "role", "the server does not know the role "+role, "check the role of "+c.title).
		on(http.StatusBadRequest, "", "the server refuses the service account", hint).
		on(http.StatusInternalServerError, "", "the server could not verify the service account", hint).
		on(http.StatusForbidden, "", "the server refuses the service account, or a login at auth/"+mount, hint+", and the mount of "+c.title)
	return func(ctx context.Context) (*login, error) {
		token, err := material(ctx, credential, fieldJWT)
		if errors.Is(err, credentials.ErrNoSource) {
			token, err = c.readPodToken(credential, podToken)
		}
		if err != nil {
			return nil, err
		}
		l, err := c.mint(ctx, "auth/"+mount+"/login", withRole(role, map[string]string{"jwt": token}))
		return l, c.refused(err, refusals)
	}, nil
}

// readPodToken reads the token Kubernetes gives a pod.
func (c *client) readPodToken(credential providers.Credential, path string) (string, error) {
	failed := func(err error) error {
		return &loginError{
			method: authKubernetes, text: "the service account token in " + path + " cannot be read", err: err,
			hint: "this works inside a pod; elsewhere give " + c.title + " a source for jwt",
		}
	}
	file, err := os.Open(path)
	if err != nil {
		return "", failed(err)
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, maxPodToken))
	if err != nil {
		return "", failed(err)
	}
	defer clear(content)
	token := strings.TrimSpace(string(content))
	credential.Announce(secret.NewValue([]byte(token)))
	return token, nil
}

// withRole adds a role to a body unless it is empty: the mount then uses its
// default.
func withRole(role string, body map[string]string) map[string]string {
	if role != "" {
		body["role"] = role
	}
	return body
}
