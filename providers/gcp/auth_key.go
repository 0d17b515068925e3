package gcp

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	sdk "cloud.google.com/go/auth/credentials"
)

// material reads the JSON of the profile's secret field. The caller wipes the
// bytes.
func (a *account) material(ctx context.Context, want sdk.CredType, otherwise map[sdk.CredType]string) ([]byte, keyFile, error) {
	value, err := a.credential.Material(ctx, fieldKey)
	if err != nil {
		return nil, keyFile{}, err
	}
	data := value.Reveal()
	var file keyFile
	if json.Unmarshal(data, &file) != nil || file.Type == "" {
		clear(data)
		return nil, keyFile{}, &methodError{
			text: fmt.Sprintf("the %s is not the JSON of a credential of type %s", fieldKey, want),
			hint: "store the whole JSON file, from the first brace to the last",
		}
	}
	if got := sdk.CredType(file.Type); got != want {
		clear(data)
		hint, known := otherwise[got]
		if !known {
			return nil, keyFile{}, &methodError{
				text: fmt.Sprintf("the %s is a credential of an unknown type and not of type %s", fieldKey, want),
				hint: "store a credential of type " + string(want),
			}
		}
		return nil, keyFile{}, &methodError{
			text: fmt.Sprintf("the %s is a credential of type %s and not of type %s", fieldKey, got, want), hint: hint,
		}
	}
	return data, file, nil
}

// keySource is the method service-account. What else could stand in the JSON of
// a credential names URLs and programs, so no other type is taken.
func (a *account) keySource(ctx context.Context) (source, error) {
	const adc = "use the auth default, which reads it from GOOGLE_APPLICATION_CREDENTIALS or from gcloud's own place"
	data, file, err := a.material(ctx, sdk.ServiceAccount, map[sdk.CredType]string{
		sdk.AuthorizedUser:                adc,
		sdk.ExternalAccountAuthorizedUser: adc,
		sdk.ImpersonatedServiceAccount:    "use the auth impersonate",
		sdk.ExternalAccount:               "use the auth workload-identity",
	})
	if err != nil {
		return source{}, err
	}
	defer clear(data)
	if file.ClientEmail == "" || file.PrivateKey == "" {
		return source{}, &methodError{
			text: "the key lacks client_email or private_key", hint: "store the JSON file as the console gave it",
		}
	}
	return a.library(sdk.ServiceAccount, data, file.principal())
}

// Private returns the secrets in the JSON of a credential. Its account, project
// and URLs stand in errors and in answers of servers and stay readable; see
// providers.Masker.
func (p *Provider) Private(field string, material []byte) [][]byte {
	var file struct {
		Type             string `json:"type"`
		PrivateKey       string `json:"private_key"`
		PrivateKeyID     string `json:"private_key_id"`
		RefreshToken     string `json:"refresh_token"`
		ClientSecret     string `json:"client_secret"`
		CredentialSource struct {
			Headers map[string]string `json:"headers"`
		} `json:"credential_source"`
	}
	if field != fieldKey || json.Unmarshal(material, &file) != nil {
		return nil
	}
	parts := [][]byte{}
	for _, text := range append([]string{file.PrivateKey, file.PrivateKeyID, file.RefreshToken, file.ClientSecret},
		slices.Collect(maps.Values(file.CredentialSource.Headers))...) {
		if text != "" {
			parts = append(parts, []byte(text))
		}
	}
	if len(parts) == 0 && file.Type != string(sdk.ExternalAccount) {
		return nil // no form that is known here
	}
	return parts
}
