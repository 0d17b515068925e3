package gcpfake

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Page is the number of items in a page at most, so that tests need few.
const Page = 25

// page cuts a page out of items; a token is the index of the next one.
func page[T any](items []T, size int32, token string) ([]T, string, error) {
	start := 0
	if token != "" {
		var err error
		if start, err = strconv.Atoi(token); err != nil || start > len(items) {
			return nil, "", status.Error(codes.InvalidArgument, "The page token is invalid.")
		}
	}
	count := Page
	if size > 0 {
		count = min(count, int(size))
	}
	end := min(start+count, len(items))
	next := ""
	if end < len(items) {
		next = strconv.Itoa(end)
	}
	return items[start:end], next, nil
}

// ListSecrets lists by id. The filter name:TEXT is a part of the name.
// https://cloud.google.com/secret-manager/docs/filtering
func (s *service) ListSecrets(ctx context.Context, r *secretmanagerpb.ListSecretsRequest) (*secretmanagerpb.ListSecretsResponse, error) {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if err := s.server.authorize(ctx, r.GetParent(), "secretmanager.secrets.list"); err != nil {
		return nil, err
	}
	part, ok := strings.CutPrefix(r.GetFilter(), "name:")
	if r.GetFilter() != "" && (!ok || strings.ContainsAny(part, ` :()"`) || slices.Contains([]string{"AND", "OR", "NOT"}, part)) {
		return nil, status.Error(codes.InvalidArgument, "The filter is invalid.")
	}
	var names []string
	for name := range s.server.secrets {
		id, found := strings.CutPrefix(name, s.server.canonicalName(r.GetParent())+"/secrets/")
		if found && strings.Contains(id, part) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	names, next, err := page(names, r.GetPageSize(), r.GetPageToken())
	if err != nil {
		return nil, err
	}
	answer := &secretmanagerpb.ListSecretsResponse{NextPageToken: next}
	for _, name := range names {
		answer.Secrets = append(answer.Secrets, &secretmanagerpb.Secret{
			Name: name, CreateTime: timestamppb.New(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
		})
	}
	return answer, nil
}

// ListSecretVersions lists the newest first.
// https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/list
func (s *service) ListSecretVersions(ctx context.Context, r *secretmanagerpb.ListSecretVersionsRequest) (*secretmanagerpb.ListSecretVersionsResponse, error) {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if err := s.server.authorize(ctx, r.GetParent(), "secretmanager.versions.list"); err != nil {
		return nil, err
	}
	secret, err := s.server.find(r.GetParent())
	if err != nil {
		return nil, err
	}
	state, ok := strings.CutPrefix(r.GetFilter(), "state:")
	if r.GetFilter() != "" && !ok {
		return nil, status.Error(codes.InvalidArgument, "The filter is invalid.")
	}
	var versions []*secretmanagerpb.SecretVersion
	for number := len(secret.versions); number > 0; number-- {
		if v := secret.describe(number); state == "" || v.GetState().String() == state {
			versions = append(versions, v)
		}
	}
	versions, next, err := page(versions, r.GetPageSize(), r.GetPageToken())
	if err != nil {
		return nil, err
	}
	return &secretmanagerpb.ListSecretVersionsResponse{Versions: versions, NextPageToken: next}, nil
}
