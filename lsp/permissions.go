package lsp

import "context"

// permissionInfo is one row of listPermissions.
type permissionInfo struct {
	ID         string `json:"id"`
	Reference  string `json:"reference"`
	Credential string `json:"credential"`
	Origin     string `json:"origin"`
	In         string `json:"in"`
	Workspace  string `json:"workspace"`
}

func (s *session) listPermissions(context.Context, invocation, noArgs) ([]permissionInfo, error) {
	rules, err := s.deps.Permissions.List()
	if err != nil {
		return nil, &Failure{Code: "bad-permissions", Message: err.Error()}
	}
	list := []permissionInfo{}
	for _, rule := range rules {
		list = append(list, permissionInfo{
			ID: rule.ID, Reference: rule.Reference, Credential: rule.Credential,
			Origin: rule.Origin, In: rule.In, Workspace: rule.Workspace,
		})
	}
	return list, nil
}

// revokeResult is the result of revokePermission.
type revokeResult struct {
	ID      string `json:"id"`
	Revoked bool   `json:"revoked"`
}

func (s *session) revokePermission(_ context.Context, _ invocation, args revokePermissionArgs) (*revokeResult, error) {
	_, found, err := s.deps.Permissions.Revoke(args.ID)
	if err != nil {
		return nil, &Failure{Code: "bad-permissions", Message: err.Error()}
	}
	if !found {
		return nil, &Failure{
			Code: "no-such-permission", Message: "there is no permission of that id", Hint: "list the permissions again",
		}
	}
	return &revokeResult{ID: args.ID, Revoked: true}, nil
}
