package vault

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"

	"github.com/vault-lsp/vault-lsp/credentials"
)

// newTLSConfig reads the certificates a profile names. Those of caCert or caPath
// replace the system's certificate authorities, as they do for Vault's own
// command.
func newTLSConfig(profile credentials.Profile) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: profile.Fields[fieldTLSServerName]}
	paths := make(map[string]string, 4)
	for _, field := range []string{fieldCACert, fieldCAPath, fieldClientCert, fieldClientKey} {
		path, err := certificatePath(profile, field)
		if err != nil {
			return nil, err
		}
		paths[field] = path
	}
	var err error
	if config.RootCAs, err = authorities(paths[fieldCACert], profile.Fields[credentials.FieldCACertBytes], paths[fieldCAPath]); err != nil {
		return nil, err
	}
	cert, key := paths[fieldClientCert], paths[fieldClientKey]
	switch {
	case cert == "" && key == "":
		return config, nil
	case cert == "" || key == "":
		return nil, &settingError{field: fieldClientCert, text: "needs " + fieldClientKey + " and the other way round"}
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, &settingError{field: fieldClientCert, text: "and " + fieldClientKey + " cannot be read as a certificate and its key in PEM form", err: err}
	}
	config.Certificates = []tls.Certificate{pair}
	return config, nil
}

// authorities reads the first of a file, a PEM text and a folder that is given,
// in the order of Vault's own command; nil means those of the system.
func authorities(file, text, folder string) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	switch {
	case file != "":
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, &settingError{field: fieldCACert, text: "cannot be read", err: err}
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, &settingError{field: fieldCACert, text: "holds no certificate in PEM form"}
		}
	case text != "":
		if !pool.AppendCertsFromPEM([]byte(text)) {
			return nil, &settingError{field: "VAULT_CACERT_BYTES", text: "holds no certificate in PEM form"}
		}
	case folder != "":
		return authoritiesIn(folder)
	default:
		return nil, nil
	}
	return pool, nil
}

// authoritiesIn reads the files of a folder. Those that are no certificates are
// passed over, but one must be.
func authoritiesIn(folder string) (*x509.CertPool, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, &settingError{field: fieldCAPath, text: "cannot be read", err: err}
	}
	pool, found := x509.NewCertPool(), false
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name())
		// Links, which such folders are full of, are followed.
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
			continue
		}
		if pem, err := os.ReadFile(path); err == nil && pool.AppendCertsFromPEM(pem) {
			found = true
		}
	}
	if !found {
		return nil, &settingError{field: fieldCAPath, text: "holds no file with a certificate in PEM form"}
	}
	return pool, nil
}

// certificatePath returns the absolute path in a field. The environment may name
// a relative one, as it does for Vault's own command.
func certificatePath(profile credentials.Profile, field string) (string, error) {
	path, err := profile.AbsolutePath(field)
	switch {
	case err != nil && profile.Ambient && !strings.HasPrefix(profile.Fields[field], "~/"):
		return profile.Fields[field], nil
	case err != nil:
		return "", &settingError{field: field, text: err.Error(), err: err}
	}
	return path, nil
}
