package ssm

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/awsauth"
)

// Limits of one listing: nobody reads more names, and each page is a call. The
// service gives at most 50 names in a page.
const (
	listPage = 50
	maxPages = 20
)

// list returns the values a field can take.
func list(ctx context.Context, account *awsauth.Account, call *awsauth.Call, query providers.Query) ([]providers.Item, error) {
	named := query.Known[fieldName]
	if query.Field == fieldName {
		named = ""
		if arn, ok := awsauth.ParseARN(query.Prefix); ok && arn.Resource != "" {
			named = query.Prefix
		}
	}
	region, err := account.Region(call.Provider, named, awsauth.ServiceSSM, query.Known[fieldRegion])
	if err != nil {
		return nil, err
	}
	call.Region = region
	client := clientIn(account, region)
	switch {
	case query.Field == fieldName:
		return listNames(ctx, client, query.Prefix)
	case named == "":
		return nil, nil
	}
	return listVersions(ctx, client, named, query.Prefix)
}

// listNames returns the names, or the ARNs where an ARN is being typed, of the
// parameters that begin with a prefix. No value is asked for.
func listNames(ctx context.Context, client *ssm.Client, prefix string) ([]providers.Item, error) {
	wantARN := strings.HasPrefix(prefix, "arn:")
	input := &ssm.DescribeParametersInput{MaxResults: sdk.Int32(listPage)}
	if prefix != "" && !wantARN {
		input.ParameterFilters = []types.ParameterStringFilter{
			{Key: sdk.String("Name"), Option: sdk.String("BeginsWith"), Values: []string{prefix}},
		}
	}
	var items []providers.Item
	pages := ssm.NewDescribeParametersPaginator(client, input)
	for n := 0; pages.HasMorePages() && n < maxPages; n++ {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range page.Parameters {
			value := sdk.ToString(p.Name)
			if wantARN {
				value = sdk.ToString(p.ARN)
			}
			if strings.HasPrefix(value, prefix) {
				items = append(items, providers.Item{Value: value, Detail: fmt.Sprintf("%s, changed %s", p.Type, day(p.LastModifiedDate))})
			}
		}
	}
	return items, nil
}

// listVersions returns the versions of a parameter and their labels, the
// newest first. The answer carries values too; they stay encrypted as far as
// they are secret, and none is kept.
func listVersions(ctx context.Context, client *ssm.Client, name, prefix string) ([]providers.Item, error) {
	var versions []types.ParameterHistory
	pages := ssm.NewGetParameterHistoryPaginator(client, &ssm.GetParameterHistoryInput{
		Name: &name, WithDecryption: sdk.Bool(false), MaxResults: sdk.Int32(listPage),
	})
	for n := 0; pages.HasMorePages() && n < maxPages; n++ {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		versions = append(versions, page.Parameters...)
	}
	slices.SortStableFunc(versions, func(a, b types.ParameterHistory) int { return int(b.Version - a.Version) })
	var items []providers.Item
	for _, v := range versions {
		number, changed := strconv.FormatInt(v.Version, 10), day(v.LastModifiedDate)
		all := []providers.Item{{Value: number, Detail: "changed " + changed}}
		for _, label := range v.Labels {
			all = append(all, providers.Item{Value: label, Detail: "version " + number + ", changed " + changed})
		}
		for _, item := range all {
			if strings.HasPrefix(item.Value, prefix) {
				items = append(items, item)
			}
		}
	}
	return items, nil
}

// day is a date for display.
func day(t *time.Time) string {
	if t == nil {
		return "unknown"
	}
	return t.UTC().Format(time.DateOnly)
}
