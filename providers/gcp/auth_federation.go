package gcp

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	sdk "cloud.google.com/go/auth/credentials"
)

// credentialSource is where the subject token of a federation comes from.
// https://google.aip.dev/auth/4117
type credentialSource struct {
	File          string          `json:"file"`
	URL           string          `json:"url"`
	Executable    json.RawMessage `json:"executable"`
	Certificate   json.RawMessage `json:"certificate"`
	RegionURL     string          `json:"region_url"`
	VerifyURL     string          `json:"regional_cred_verification_url"`
	IMDSv2URL     string          `json:"imdsv2_session_token_url"`
	EnvironmentID string          `json:"environment_id"`
}

// federated is the method workload-identity: the configuration that `gcloud iam
// workload-identity-pools create-cred-config` writes. It can name URLs, files
// and programs, so each is checked as Google asks of whoever takes one:
// https://cloud.google.com/docs/authentication/external/externally-sourced-credentials
func (a *account) federated(ctx context.Context) (source, error) {
	data, file, err := a.material(ctx, sdk.ExternalAccount, map[sdk.CredType]string{
		sdk.ServiceAccount:                "use the auth service-account",
		sdk.ImpersonatedServiceAccount:    "use the auth impersonate",
		sdk.AuthorizedUser:                "use the auth default",
		sdk.ExternalAccountAuthorizedUser: "use the auth default",
	})
	if err != nil {
		return source{}, err
	}
	defer clear(data)
	if err := a.checkFederation(file); err != nil {
		return source{}, err
	}
	return a.library(sdk.ExternalAccount, data, file.principal())
}

// checkFederation checks every place a configuration names.
func (a *account) checkFederation(file keyFile) error {
	refuse := func(text, hint string) error {
		return &methodError{text: "the configuration of workload identity " + text, hint: hint}
	}
	const byADC = "if you trust it, name its file in GOOGLE_APPLICATION_CREDENTIALS and use the auth default"
	for _, place := range [][2]string{
		{"token_url", file.TokenURL}, {"token_info_url", file.TokenInfoURL}, {"service_account_impersonation_url", file.ImpersonationURL},
	} {
		if place[1] != "" && !a.isGoogleService(place[1]) {
			return refuse("names a "+place[0]+" that is not Google's", "it should be one of "+a.settings.universe+"; create the configuration anew with gcloud")
		}
	}
	var from credentialSource
	if json.Unmarshal(file.CredentialSource, &from) != nil {
		return refuse("has no credential_source", "create the configuration anew with gcloud")
	}
	if isSet(from.Executable) {
		return refuse("names a program", byADC)
	}
	if isSet(from.Certificate) {
		return refuse("names a client certificate", byADC)
	}
	if strings.HasPrefix(from.EnvironmentID, "aws") && from.VerifyURL != "" && !isAmazonSTS(from.VerifyURL) {
		return refuse("names a regional_cred_verification_url that is not Amazon's", "create the configuration anew with gcloud")
	}
	for _, place := range [][2]string{{"url", from.URL}, {"region_url", from.RegionURL}, {"imdsv2_session_token_url", from.IMDSv2URL}} {
		if place[1] != "" && !a.mayAskSubject(place[1]) {
			return refuse("takes its token from a host that the profile does not name ("+place[0]+")", "if it is the right one, name the host in "+fieldAllowHosts+" of the profile")
		}
	}
	return nil
}

// namesProgram reports whether a configuration takes its token from a program.
func namesProgram(file keyFile) bool {
	var from credentialSource
	return file.Type == string(sdk.ExternalAccount) && json.Unmarshal(file.CredentialSource, &from) == nil && isSet(from.Executable)
}

func isSet(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// isGoogleService reports whether a URL is https to a service of the profile's
// universe that takes part in federation.
func (a *account) isGoogleService(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" {
		return false
	}
	service, ok := strings.CutSuffix(u.Hostname(), "."+a.settings.universe)
	if !ok {
		return false
	}
	// sts, sts.mtls, sts.europe-west3.rep, iamcredentials.europe-west3.rep
	name, rest, _ := strings.Cut(service, ".")
	region, isRegional := strings.CutSuffix(rest, ".rep")
	return (name == "sts" || name == "iamcredentials") &&
		(rest == "" || rest == "mtls" || isRegional && labelPattern().MatchString(region))
}

// isAmazonSTS reports whether a URL is that of Amazon's token service, in which
// {region} stands for the region.
func isAmazonSTS(text string) bool {
	u, err := url.Parse(strings.ReplaceAll(text, "{region}", "region"))
	if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" {
		return false
	}
	host := u.Hostname()
	return strings.HasPrefix(host, "sts.") && (strings.HasSuffix(host, ".amazonaws.com") || strings.HasSuffix(host, ".amazonaws.com.cn"))
}

// mayAskSubject reports whether the subject token may come from a URL: from
// this machine, its metadata server, or a host of the profile over https.
func (a *account) mayAskSubject(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.Hostname() == "" {
		return false
	}
	if isNear(u.Hostname()) {
		return true
	}
	hosts := strings.FieldsFunc(a.credential.Profile.Fields[fieldAllowHosts], func(r rune) bool { return r == ',' || r == ' ' })
	return u.Scheme == "https" && slices.ContainsFunc(hosts, func(host string) bool {
		return strings.EqualFold(host, u.Host) || strings.EqualFold(host, u.Hostname()) && u.Port() == ""
	})
}
