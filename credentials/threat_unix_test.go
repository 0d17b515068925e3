//go:build unix

package credentials

import "testing"

// TestThreatCommandInheritsPassphrases: a program that gives a token has no use
// for the passphrases of the local vault and of the kept sign-ins.
func TestThreatCommandInheritsPassphrases(t *testing.T) {
	s, _ := open(t, "", nil)
	t.Setenv(PassphraseVariable, "first")
	t.Setenv(SignInsPassphraseVariable, "second")
	t.Setenv("OTHER", "other")
	script := `printf %s "got ${` + PassphraseVariable + `}${` + SignInsPassphraseVariable + `}$OTHER"`
	got, err := material(t, s, t.Context(), Source{Command: []string{"/bin/sh", "-c", script}})
	if err != nil || got != "got other" {
		t.Errorf("the command has %q, %v", got, err)
	}
}
