package agefile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
)

// DefaultWorkFactor is the base-2 logarithm of the scrypt cost that makes one
// try of a passphrase take about a second.
const DefaultWorkFactor = 18

// ErrWrongPassphrase is the cause of the error for a passphrase that does not
// open a key file.
var ErrWrongPassphrase = errors.New("the passphrase is wrong")

// ErrEmptyPassphrase is the cause of the error for a passphrase without a
// character.
var ErrEmptyPassphrase = errors.New("the passphrase is empty")

// KeyFile is an X25519 identity in an age file that a passphrase opens. age
// cannot tell a damaged header from a wrong passphrase, so a checksum in a file
// beside it does; the key file opens without it too.
type KeyFile struct {
	Path string
	// WorkFactor is the base-2 logarithm of the scrypt cost of what Write
	// writes; DefaultWorkFactor where 0.
	WorkFactor int
}

// Stamp tells whether a file has been replaced; the zero Stamp is that of no
// file.
type Stamp struct {
	Size     int64
	Modified time.Time
}

// StampOf returns the Stamp of the file at path.
func StampOf(path string) Stamp {
	info, err := os.Stat(path)
	if err != nil {
		return Stamp{}
	}
	return Stamp{info.Size(), info.ModTime()}
}

// Stamp returns the key file's Stamp.
func (k KeyFile) Stamp() Stamp { return StampOf(k.Path) }

// SumPath is the path of the checksum.
func (k KeyFile) SumPath() string { return k.Path + ".sha256" }

// Open decrypts the key. The error is of the file system, or has ErrDamaged,
// ErrWrongPassphrase or ErrEmptyPassphrase as its cause. The Stamp is of what
// was read.
func (k KeyFile) Open(passphrase []byte) (*age.X25519Identity, Stamp, error) {
	stamp := k.Stamp()
	sealed, err := os.ReadFile(k.Path)
	if err != nil {
		return nil, stamp, err
	}
	if sums, err := os.ReadFile(k.SumPath()); err == nil && !bytes.Contains(sums, k.sum(sealed)) {
		return nil, stamp, ErrDamaged
	}
	opener, err := age.NewScryptIdentity(string(passphrase))
	if err != nil {
		return nil, stamp, ErrEmptyPassphrase
	}
	plain, err := Open(sealed, opener)
	if errors.Is(err, ErrWrongKey) {
		return nil, stamp, fmt.Errorf("%w: %w", ErrWrongPassphrase, err)
	}
	if err != nil {
		return nil, stamp, err
	}
	defer clear(plain)
	identity, err := age.ParseX25519Identity(strings.TrimSpace(string(plain)))
	if err != nil {
		return nil, stamp, ErrDamaged // the cause may repeat the text
	}
	return identity, stamp, nil
}

// Attempts remembers the passphrase that failed last, so that many callers with
// the same wrong one wait for one try. Its method must not be called
// concurrently.
type Attempts struct {
	stamp Stamp
	sum   [sha256.Size]byte
	err   error
}

// Open is that of the key file, but for a passphrase that has just failed.
func (a *Attempts) Open(k KeyFile, passphrase []byte) (*age.X25519Identity, Stamp, error) {
	sum := sha256.Sum256(passphrase)
	if a.err != nil && a.sum == sum && a.stamp == k.Stamp() {
		return nil, a.stamp, a.err
	}
	identity, stamp, err := k.Open(passphrase)
	if errors.Is(err, ErrWrongPassphrase) {
		a.stamp, a.sum, a.err = stamp, sum, err
	}
	return identity, stamp, err
}

// Write encrypts the key under a passphrase, in place of what was there. The
// error is of the file system, or has ErrEmptyPassphrase as its cause.
func (k KeyFile) Write(identity *age.X25519Identity, passphrase []byte) error {
	recipient, err := age.NewScryptRecipient(string(passphrase))
	if err != nil {
		return ErrEmptyPassphrase
	}
	factor := k.WorkFactor
	if factor == 0 {
		factor = DefaultWorkFactor
	}
	recipient.SetWorkFactor(factor)
	sealed, err := Seal([]byte(identity.String()+"\n"), recipient)
	if err != nil {
		return err
	}
	// While the key is being replaced either file is right, so that a crash
	// between the two writes makes neither look damaged.
	sums := k.sum(sealed)
	if old, err := os.ReadFile(k.Path); err == nil {
		sums = append(sums, k.sum(old)...)
	}
	if err := Write(k.SumPath(), sums); err != nil {
		return err
	}
	if err := Write(k.Path, sealed); err != nil {
		return err
	}
	return Write(k.SumPath(), k.sum(sealed))
}

// Remove deletes the key and its checksum, the key first. It is no error if they
// are not there.
func (k KeyFile) Remove() error {
	for _, path := range []string{k.Path, k.SumPath()} {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	syncFolder(filepath.Dir(k.Path))
	return nil
}

// sum is a line of the checksum file, as sha256sum writes it.
func (k KeyFile) sum(sealed []byte) []byte {
	sum := sha256.Sum256(sealed)
	return fmt.Appendf(nil, "%s  %s\n", hex.EncodeToString(sum[:]), filepath.Base(k.Path))
}
