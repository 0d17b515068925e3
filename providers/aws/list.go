package aws

import (
	"context"
	"fmt"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/awsauth"
)

// Limits of one listing: nobody reads more names, and each page is a call.
const (
	listPage = 100
	maxPages = 20
)

// list returns the values a field can take.
func list(ctx context.Context, account *awsauth.Account, call *awsauth.Call, query providers.Query) ([]providers.Item, error) {
	named := query.Known[fieldSecret]
	if query.Field == fieldSecret {
		named = ""
		// The region of an ARN that is being typed, as soon as it is there.
		if arn, ok := awsauth.ParseARN(query.Prefix); ok && arn.Resource != "" {
			named = query.Prefix
		}
	}
	region, err := account.Region(call.Provider, named, awsauth.ServiceSecretsManager, query.Known[fieldRegion])
	if err != nil {
		return nil, err
	}
	call.Region = region
	client := clientIn(account, region)
	if query.Field == fieldSecret {
		return listSecrets(ctx, client, query.Prefix)
	}
	if named == "" {
		return nil, nil
	}
	versions, err := listVersions(ctx, client, named)
	if err != nil {
		return nil, err
	}
	items := versionItems(versions)
	if query.Field == fieldStage {
		items = stageItems(versions)
	}
	return slices.DeleteFunc(items, func(i providers.Item) bool { return !strings.HasPrefix(i.Value, query.Prefix) }), nil
}

// listSecrets returns the names, or the ARNs where an ARN is being typed, of
// the secrets that begin with a prefix.
func listSecrets(ctx context.Context, client *secretsmanager.Client, prefix string) ([]providers.Item, error) {
	wantARN := strings.HasPrefix(prefix, "arn:")
	input := &secretsmanager.ListSecretsInput{MaxResults: sdk.Int32(listPage)}
	if prefix != "" && !wantARN {
		// The filter is by the beginning of the name, and a leading ! would
		// turn it round.
		if !strings.HasPrefix(prefix, "!") {
			input.Filters = []types.Filter{{Key: types.FilterNameStringTypeName, Values: []string{prefix}}}
		}
	}
	var items []providers.Item
	pages := secretsmanager.NewListSecretsPaginator(client, input)
	for n := 0; pages.HasMorePages() && n < maxPages; n++ {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, s := range page.SecretList {
			value := sdk.ToString(s.Name)
			if wantARN {
				value = sdk.ToString(s.ARN)
			}
			if strings.HasPrefix(value, prefix) {
				items = append(items, providers.Item{Value: value, Detail: "changed " + day(s.LastChangedDate)})
			}
		}
	}
	return items, nil
}

// listVersions returns the versions of a secret, the newest first.
func listVersions(ctx context.Context, client *secretsmanager.Client, id string) ([]types.SecretVersionsListEntry, error) {
	var versions []types.SecretVersionsListEntry
	pages := secretsmanager.NewListSecretVersionIdsPaginator(client, &secretsmanager.ListSecretVersionIdsInput{
		SecretId: &id, MaxResults: sdk.Int32(listPage), IncludeDeprecated: sdk.Bool(true),
	})
	for n := 0; pages.HasMorePages() && n < maxPages; n++ {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		versions = append(versions, page.Versions...)
	}
	slices.SortStableFunc(versions, func(a, b types.SecretVersionsListEntry) int {
		return sdk.ToTime(b.CreatedDate).Compare(sdk.ToTime(a.CreatedDate))
	})
	return versions, nil
}

func versionItems(versions []types.SecretVersionsListEntry) []providers.Item {
	items := make([]providers.Item, 0, len(versions))
	for _, v := range versions {
		detail := "created " + day(v.CreatedDate)
		if len(v.VersionStages) > 0 {
			detail = strings.Join(v.VersionStages, ", ") + ", " + detail
		} else {
			detail += ", without a stage: may be deleted at any time"
		}
		items = append(items, providers.Item{Value: sdk.ToString(v.VersionId), Detail: detail})
	}
	return items
}

func stageItems(versions []types.SecretVersionsListEntry) []providers.Item {
	var items []providers.Item
	for _, v := range versions {
		for _, stage := range v.VersionStages {
			items = append(items, providers.Item{
				Value: stage, Detail: fmt.Sprintf("version %s, created %s", sdk.ToString(v.VersionId), day(v.CreatedDate)),
			})
		}
	}
	return items
}

// mayList tells whether names can be completed with an account.
func mayList(ctx context.Context, account *awsauth.Account) []providers.Detail {
	_, err := clientIn(account, account.DefaultRegion()).ListSecrets(ctx, &secretsmanager.ListSecretsInput{MaxResults: sdk.Int32(1)})
	switch {
	case err == nil:
		return []providers.Detail{{Name: "listing", Value: "allowed"}}
	case isDenied(err):
		return []providers.Detail{{Name: "listing", Value: "not allowed: names are completed with secretsmanager:ListSecrets only"}}
	}
	return []providers.Detail{{Name: "listing", Value: "failed: Secrets Manager of the region gave no list"}}
}
