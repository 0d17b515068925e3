package credentials

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/godbus/dbus/v5"
	"github.com/zalando/go-keyring"
)

// ErrNoKeyring is the cause of the error on a machine without a keyring.
var ErrNoKeyring = errors.New("there is no OS keyring here")

// errTooBig is the error of an entry that the keyring has no room for.
var errTooBig = errors.New("more than the OS keyring holds")

// OSKeyring returns the keyring of the operating system: Keychain on macOS,
// Credential Manager on Windows, Secret Service (GNOME Keyring, KWallet,
// KeePassXC) elsewhere.
func OSKeyring() Keyring { return osKeyring{} }

type osKeyring struct{}

func (osKeyring) Get(account string) ([]byte, error) {
	if err := keyringReachable(); err != nil {
		return nil, err
	}
	value, err := keyring.Get(Service, account)
	if err != nil {
		return nil, keyringError(err)
	}
	return []byte(value), nil
}

func (osKeyring) Set(account string, value []byte) error {
	if err := keyringReachable(); err != nil {
		return err
	}
	return keyringError(keyring.Set(Service, account, string(value)))
}

func (osKeyring) Delete(account string) error {
	if err := keyringReachable(); err != nil {
		return err
	}
	return keyringError(keyring.Delete(Service, account))
}

// keyringError maps the library's errors; texts of D-Bus stay out of messages
// since they are no help.
func keyringError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return ErrNotInKeyring
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return errTooBig
	case errors.Is(err, keyring.ErrUnsupportedPlatform), isNoService(err):
		return ErrNoKeyring
	}
	return &keyringFailure{err}
}

// isNoService reports whether the session bus has nobody who keeps secrets, as
// on servers that people reach over SSH: there is a bus, and no keyring. The
// names are of the D-Bus specification and of its reference implementation.
func isNoService(err error) bool {
	var answered dbus.Error
	if !errors.As(err, &answered) {
		return false
	}
	name, ok := strings.CutPrefix(answered.Name, "org.freedesktop.DBus.Error.")
	switch {
	case !ok:
		return false
	case name == "ServiceUnknown", name == "NameHasNoOwner", name == "TimedOut":
		return true // TimedOut: it could not be started
	}
	return strings.HasPrefix(name, "Spawn.")
}

// keyringFailure keeps the cause for errors.Is without showing it.
type keyringFailure struct{ err error }

func (e *keyringFailure) Error() string { return "the OS keyring does not answer or is locked" }
func (e *keyringFailure) Unwrap() error { return e.err }

// keyringReachable looks for a D-Bus session first: where there is none the
// library would start a bus and a locked keyring of its own, which nobody ends.
func keyringReachable() error {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return nil
	}
	// The same places that the library's D-Bus client looks at before it starts
	// a bus of its own.
	if address := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" && address != "autolaunch:" {
		return nil
	}
	for _, name := range []string{"bus", "dbus-session"} {
		if _, err := os.Stat(filepath.Join("/run/user", strconv.Itoa(os.Getuid()), name)); err == nil {
			return nil
		}
	}
	return ErrNoKeyring
}
