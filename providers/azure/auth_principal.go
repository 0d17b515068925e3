package azure

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"software.sslmate.com/src/go-pkcs12"
)

// principal signs in an application with its secret or its certificate.
func (a *authority) principal() (acquireFunc, error) {
	fields := a.credential.Profile.Fields
	switch {
	case a.settings.tenant == "":
		return nil, &settingError{field: fieldTenant, text: "is missing: an application signs in to one tenant"}
	case fields[fieldClientID] == "":
		return nil, &settingError{field: fieldClientID, text: "is missing"}
	}
	if err := a.needAuthority(); err != nil {
		return nil, err
	}
	if fields[fieldCertificate] != "" {
		return a.withCertificate()
	}
	// The secret is asked for each time a token is needed, so that one that was
	// replaced counts at once.
	return func(ctx context.Context, options tokenOptions) (azcore.AccessToken, error) {
		text, err := material(ctx, a.credential, fieldClientSecret)
		if err != nil {
			return azcore.AccessToken{}, err
		}
		source, err := azidentity.NewClientSecretCredential(a.settings.tenant, fields[fieldClientID], text,
			&azidentity.ClientSecretCredentialOptions{
				ClientOptions: a.options(a.identity), AdditionallyAllowedTenants: allowedTenants(),
				DisableInstanceDiscovery: !a.settings.knownAuthority,
			})
		if err != nil {
			return azcore.AccessToken{}, &settingError{field: fieldClientSecret, text: "cannot be used", err: err}
		}
		return source.GetToken(ctx, options)
	}, nil
}

// withCertificate signs in with the certificate and key in a file.
func (a *authority) withCertificate() (acquireFunc, error) {
	profile := a.credential.Profile
	path, err := pathOf(profile, fieldCertificate)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, options tokenOptions) (azcore.AccessToken, error) {
		password, err := optionalMaterial(ctx, a.credential, fieldPassword)
		if err != nil {
			return azcore.AccessToken{}, err
		}
		certificates, key, err := readCertificate(path, password)
		if err != nil {
			return azcore.AccessToken{}, err
		}
		source, err := azidentity.NewClientCertificateCredential(a.settings.tenant, profile.Fields[fieldClientID], certificates, key,
			&azidentity.ClientCertificateCredentialOptions{
				ClientOptions: a.options(a.identity), AdditionallyAllowedTenants: allowedTenants(),
				DisableInstanceDiscovery: !a.settings.knownAuthority,
				SendCertificateChain:     profile.Fields[fieldSendChain] == "true",
			})
		if err != nil {
			return azcore.AccessToken{}, &settingError{field: fieldCertificate, text: "holds a key that does not belong to its certificate, or is not RSA", err: err}
		}
		return source.GetToken(ctx, options)
	}, nil
}

// maxCertificate is more than any chain with its key.
const maxCertificate = 1 << 20

// readCertificate reads a PEM or PKCS#12 file.
func readCertificate(path, password string) ([]*x509.Certificate, crypto.PrivateKey, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, &settingError{field: fieldCertificate, text: "cannot be read", err: err}
	}
	defer clear(data)
	if len(data) > maxCertificate {
		return nil, nil, &settingError{field: fieldCertificate, text: "is too large for a certificate"}
	}
	if block, _ := pem.Decode(data); block != nil {
		return parsePEM(data)
	}
	key, leaf, chain, err := pkcs12.DecodeChain(data, password)
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword) && password == "":
		return nil, nil, &settingError{field: fieldCertificate, text: "is encrypted: store its password in the field " + fieldPassword, err: err}
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return nil, nil, &settingError{field: fieldPassword, text: "does not open the certificate file", err: err}
	case err != nil:
		return nil, nil, &settingError{field: fieldCertificate, text: "is neither PEM nor PKCS#12 with one certificate and its key", err: err}
	}
	return append([]*x509.Certificate{leaf}, chain...), key, nil
}

// parsePEM reads certificates, the first of which is the application's, and one
// key.
func parsePEM(data []byte) ([]*x509.Certificate, crypto.PrivateKey, error) {
	bad := func(text string, err error) ([]*x509.Certificate, crypto.PrivateKey, error) {
		return nil, nil, &settingError{field: fieldCertificate, text: text, err: err}
	}
	var certificates []*x509.Certificate
	var key crypto.PrivateKey
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		var err error
		switch block.Type {
		case "CERTIFICATE":
			var certificate *x509.Certificate
			if certificate, err = x509.ParseCertificate(block.Bytes); err == nil {
				certificates = append(certificates, certificate)
			}
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "RSA PRIVATE KEY":
			if block.Headers["DEK-Info"] != "" {
				return bad(encryptedPEM, nil)
			}
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case "ENCRYPTED PRIVATE KEY":
			return bad(encryptedPEM, nil)
		}
		if err != nil {
			return bad("holds a damaged certificate or key", err)
		}
	}
	switch {
	case len(certificates) == 0:
		return bad("holds no certificate", nil)
	case key == nil:
		return bad("holds no private key", nil)
	}
	return certificates, key, nil
}

const encryptedPEM = "holds an encrypted PEM key: convert it to PKCS#12 (openssl pkcs12 -export), whose password can be stored"
