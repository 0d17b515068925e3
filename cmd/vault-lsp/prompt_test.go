package main

import (
	"strings"
	"testing"
)

// TestPromptsOnTheTerminal: every question is asked once, hidden answers are
// masked, and without a terminal the hint says how to answer.
func TestPromptsOnTheTerminal(t *testing.T) {
	u := newUser(t)
	target := newEchoTarget(t)
	file := u.write("a.http", "# @prompt code The code\n# @prompt password\nPOST "+target.URL+"/{{code}}/{{$input Size $value: 7}}/{{$input-askonce Again}}\n\n{{password}}{{code}}\n")
	got := u.dialogue([]string{"abc", "", "x"}, []string{"pass-marker"}, "send", file, "-v").want(t, exitOK)
	if !strings.Contains(got.out+got.err, "/abc/7/x") || strings.Contains(got.out+got.err, "pass-marker") {
		t.Errorf("%s\n%s", got.out, got.err)
	}
	if strings.Count(got.err, "The code") != 1 || !strings.Contains(got.err, "Size [7]") {
		t.Errorf("%s", got.err)
	}
	silent := u.run("send", file).want(t, exitReference)
	if !strings.Contains(silent.err, "--var code=") || len(target.authorization) != 1 {
		t.Errorf("%s", silent.err)
	}
}
