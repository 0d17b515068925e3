package awsauth

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplitCommand(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		line    string
		windows bool
		want    []string
		ok      bool
	}{
		"words":         {"  aws-vault exec  prod ", false, []string{"aws-vault", "exec", "prod"}, true},
		"quotes":        {`/opt/my\ tool --a "b c" 'd "e"' ""`, false, []string{"/opt/my tool", "--a", "b c", `d "e"`, ""}, true},
		"in a word":     {`--x="a b"c`, false, []string{"--x=a bc"}, true},
		"escapes":       {`a "\"\\n\d" '\d'`, false, []string{"a", `"\n\d`, `\d`}, true},
		"no shell":      {"cat x; echo $HOME | sh", false, []string{"cat", "x;", "echo", "$HOME", "|", "sh"}, true},
		"windows":       {`"C:\Program Files\tool.exe" it's`, true, []string{`C:\Program Files\tool.exe`, "it's"}, true},
		"open":          {`a "b`, false, []string{"a", "b"}, false},
		"nothing in it": {"", false, nil, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := splitCommand(test.line, test.windows)
			if diff := cmp.Diff(test.want, got); diff != "" || ok != test.ok {
				t.Errorf("ok %v (-want +got):\n%s", ok, diff)
			}
		})
	}
}
