package agefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// ErrDamaged is the cause of the error for a file that is no whole age file.
var ErrDamaged = errors.New("the file is damaged")

// ErrWrongKey is the cause of the error for a file that is encrypted to another
// key.
var ErrWrongKey = errors.New("the file is encrypted to another key")

// Seal encrypts to each of the recipients.
func Seal(plain []byte, recipients ...age.Recipient) ([]byte, error) {
	var sealed bytes.Buffer
	writer, err := age.Encrypt(&sealed, recipients...)
	if err != nil {
		return nil, err
	}
	if _, err := writer.Write(plain); err != nil {
		return nil, err
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return sealed.Bytes(), nil
}

// Open decrypts. The error has ErrDamaged or ErrWrongKey as its cause.
func Open(sealed []byte, identity age.Identity) ([]byte, error) {
	reader, err := age.Decrypt(bytes.NewReader(sealed), identity)
	if errors.Is(err, age.ErrIncorrectIdentity) {
		return nil, fmt.Errorf("%w: %w", ErrWrongKey, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	plain, err := io.ReadAll(reader)
	if err != nil {
		clear(plain)
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return plain, nil
}
