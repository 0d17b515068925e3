package gcpfake

import (
	"cmp"
	"context"
	"fmt"
	"hash/crc32"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// stored is one secret.
type stored struct {
	name     string // with the project's number
	versions []*version
	aliases  map[string]int64
}

type version struct {
	data    []byte
	state   secretmanagerpb.SecretVersion_State
	created time.Time
	ends    time.Time // when it is destroyed; zero for never
}

// Project makes a project known by its id and number.
func (s *Server) Project(id, number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.projects[id], s.projects[number] = number, number
}

// Put adds a version to a secret, which it makes if there is none, and returns
// its number. parent is projects/P or projects/P/locations/L.
func (s *Server) Put(parent, id string, data []byte) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := s.canonicalName(parent) + "/secrets/" + id
	secret := s.secrets[name]
	if secret == nil {
		secret = &stored{name: name, aliases: map[string]int64{}}
		s.secrets[name] = secret
	}
	if data != nil {
		secret.versions = append(secret.versions, &version{data: slices.Clone(data), state: secretmanagerpb.SecretVersion_ENABLED, created: s.now()})
	}
	return len(secret.versions)
}

// SetState disables, destroys or enables a version.
func (s *Server) SetState(parent, id string, number int, state secretmanagerpb.SecretVersion_State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secrets[s.canonicalName(parent)+"/secrets/"+id].versions[number-1].state = state
}

// Schedule disables a version and has it destroyed at a time.
// https://cloud.google.com/secret-manager/docs/delay-destroy
func (s *Server) Schedule(parent, id string, number int, at time.Time) {
	s.SetState(parent, id, number, secretmanagerpb.SecretVersion_DISABLED)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secrets[s.canonicalName(parent)+"/secrets/"+id].versions[number-1].ends = at
}

// Alias gives a version another name.
func (s *Server) Alias(parent, id, alias string, number int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secrets[s.canonicalName(parent)+"/secrets/"+id].aliases[alias] = int64(number)
}

// Delete removes a secret.
func (s *Server) Delete(parent, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.secrets, s.canonicalName(parent)+"/secrets/"+id)
}

// Corrupt makes payloads change on their way, so that their checksum is wrong.
func (s *Server) Corrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.corrupt = true
}

// canonicalName puts the project's number in the place of its id, as answers
// do. The project must be known.
func (s *Server) canonicalName(name string) string {
	parts := strings.SplitN(name, "/", 3)
	parts[1] = cmp.Or(s.projects[parts[1]], parts[1])
	return strings.Join(parts, "/")
}

type callKey struct{}

// intercept authenticates a call, notes it and asks the hook.
func (s *Server) intercept(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	headers, _ := metadata.FromIncomingContext(ctx)
	header := func(name string) string { return strings.Join(headers.Get(name), ", ") }
	call := Call{
		Method: info.FullMethod[strings.LastIndexByte(info.FullMethod, '/')+1:], Host: header(":authority"), Transport: cmp.Or(header("x-transport"), "grpc"),
		Token: strings.TrimPrefix(header("authorization"), "Bearer "), QuotaProject: header("x-goog-user-project"),
		UserAgent: header("user-agent"), Routing: header("x-goog-request-params"),
	}
	switch r := request.(type) {
	case interface{ GetName() string }:
		call.Name = r.GetName()
	case interface{ GetParent() string }:
		call.Name = r.GetParent()
	}
	var err error
	call.Principal, err = s.principalOf(header("authorization"))
	s.mu.Lock()
	s.calls = append(s.calls, call)
	hook := s.hook
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if hook != nil {
		if err := hook(ctx, call); err != nil {
			return nil, err
		}
	}
	return handler(context.WithValue(ctx, callKey{}, call), request)
}

// service answers the calls.
type service struct {
	secretmanagerpb.UnimplementedSecretManagerServiceServer
	server *Server
}

var (
	secretName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^projects/([^/]+)(?:/locations/([^/]+))?/secrets/[^/]+$`)
	})
	versionName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(projects/[^/]+(?:/locations/[^/]+)?/secrets/[^/]+)/versions/([^/]+)$`)
	})
	parentName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^projects/([^/]+)(?:/locations/([^/]+))?$`) })
)

// authorize checks the place, the project and the permission. The lock is held.
// Who has no right to something learns nothing about it:
// https://cloud.google.com/iam/docs/permission-error-messages
func (s *Server) authorize(ctx context.Context, name, permission string) error {
	match := secretName().FindStringSubmatch(name)
	if match == nil {
		match = parentName().FindStringSubmatch(name)
	}
	if match == nil {
		return status.Error(codes.InvalidArgument, "The provided resource name is malformed.")
	}
	call, _ := ctx.Value(callKey{}).(Call)
	// Regional secrets are served by their region's endpoint only:
	// https://cloud.google.com/secret-manager/regional-secrets/sm-regional-endpoints
	if strings.HasSuffix(call.Host, "."+Universe) {
		want := "secretmanager." + Universe
		if match[2] != "" {
			want = "secretmanager." + match[2] + ".rep." + Universe
		}
		if call.Host != want {
			return status.Errorf(codes.InvalidArgument, "The resource is not served by this endpoint.")
		}
	}
	if s.projects[match[1]] == "" || s.denied[[2]string{call.Principal, permission}] {
		return Refusal(codes.PermissionDenied, fmt.Sprintf("Permission '%s' denied for resource '%s' (or it may not exist).", permission, name),
			"IAM_PERMISSION_DENIED", map[string]string{"permission": permission, "resource": name})
	}
	return nil
}

// find is the secret of a name. The lock is held.
func (s *Server) find(name string) (*stored, error) {
	secret := s.secrets[s.canonicalName(name)]
	if secret == nil {
		return nil, status.Errorf(codes.NotFound, "Secret [%s] not found.", s.canonicalName(name))
	}
	return secret, nil
}

// findVersion resolves a number, an alias or latest, which is the version that
// was made last whatever its state.
// https://cloud.google.com/secret-manager/docs/access-secret-version
func (s *Server) findVersion(ctx context.Context, name, permission string) (*stored, int, error) {
	match := versionName().FindStringSubmatch(name)
	if match == nil {
		return nil, 0, status.Error(codes.InvalidArgument, "The provided resource name is malformed.")
	}
	if err := s.authorize(ctx, match[1], permission); err != nil {
		return nil, 0, err
	}
	secret := s.secrets[s.canonicalName(match[1])]
	if secret == nil || len(secret.versions) == 0 && match[2] == "latest" {
		return nil, 0, status.Errorf(codes.NotFound, "Secret [%s] not found or has no versions.", s.canonicalName(match[1]))
	}
	number := len(secret.versions)
	if match[2] != "latest" {
		var err error
		if number, err = strconv.Atoi(match[2]); err != nil {
			number = int(secret.aliases[match[2]])
		}
	}
	if number < 1 || number > len(secret.versions) {
		return nil, 0, status.Errorf(codes.NotFound, "Secret Version [%s/versions/%s] not found.", secret.name, match[2])
	}
	return secret, number, nil
}

// AccessSecretVersion gives the payload with its checksum.
// https://cloud.google.com/secret-manager/docs/data-integrity
func (s *service) AccessSecretVersion(ctx context.Context, r *secretmanagerpb.AccessSecretVersionRequest) (*secretmanagerpb.AccessSecretVersionResponse, error) {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	secret, number, err := s.server.findVersion(ctx, r.GetName(), "secretmanager.versions.access")
	if err != nil {
		return nil, err
	}
	v := secret.versions[number-1]
	name := fmt.Sprintf("%s/versions/%d", secret.name, number)
	if v.state != secretmanagerpb.SecretVersion_ENABLED {
		return nil, status.Errorf(codes.FailedPrecondition, "Secret Version [%s] is in %s state.", name, v.state)
	}
	sum := int64(crc32.Checksum(v.data, crc32.MakeTable(crc32.Castagnoli)))
	data := slices.Clone(v.data)
	if s.server.corrupt {
		data = append(data, '!')
	}
	return &secretmanagerpb.AccessSecretVersionResponse{Name: name, Payload: &secretmanagerpb.SecretPayload{Data: data, DataCrc32C: &sum}}, nil
}

// GetSecretVersion gives a version without its payload.
func (s *service) GetSecretVersion(ctx context.Context, r *secretmanagerpb.GetSecretVersionRequest) (*secretmanagerpb.SecretVersion, error) {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	secret, number, err := s.server.findVersion(ctx, r.GetName(), "secretmanager.versions.get")
	if err != nil {
		return nil, err
	}
	return secret.describe(number), nil
}

func (s *stored) describe(number int) *secretmanagerpb.SecretVersion {
	v := s.versions[number-1]
	described := &secretmanagerpb.SecretVersion{
		Name: fmt.Sprintf("%s/versions/%d", s.name, number), State: v.state, CreateTime: timestamppb.New(v.created),
	}
	if !v.ends.IsZero() {
		described.ScheduledDestroyTime = timestamppb.New(v.ends)
	}
	return described
}

// GetSecret gives a secret with its aliases.
func (s *service) GetSecret(ctx context.Context, r *secretmanagerpb.GetSecretRequest) (*secretmanagerpb.Secret, error) {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if err := s.server.authorize(ctx, r.GetName(), "secretmanager.secrets.get"); err != nil {
		return nil, err
	}
	secret, err := s.server.find(r.GetName())
	if err != nil {
		return nil, err
	}
	return &secretmanagerpb.Secret{Name: secret.name, VersionAliases: secret.aliases}, nil
}
