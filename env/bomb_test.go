package env

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/vault-lsp/vault-lsp/parser"
)

// TestThreatEnvironmentsFillMemory: a cloned folder must not end the language
// server with a small file: what all environments share is not copied for each.
// It is not parallel, for it measures what is allocated.
func TestThreatEnvironmentsFillMemory(t *testing.T) {
	const many = 3000
	var environments, shared, dotenv strings.Builder
	files := fstest.MapFS{}
	for i := range many {
		fmt.Fprintf(&environments, `"e%d":{},`, i)
		fmt.Fprintf(&shared, `"v%d":1,`, i)
		fmt.Fprintf(&dotenv, "d%d=1\n", i)
		files[fmt.Sprintf(".env.f%d", i)] = &fstest.MapFile{}
	}
	files["http-client.env.json"] = &fstest.MapFile{Data: []byte("{" + environments.String() + `"last":{"only":"1"},"$shared":{` + shared.String() + "}}")}
	files[".env"] = &fstest.MapFile{Data: []byte(dotenv.String())}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	envs := Load(files, ".")
	file := parser.Parse("GET http://{{v1}}{{d1}}{{only}}{{nowhere}}/\n")
	problems := NewScope(file, envs, "f7", nil).Expand(file.Src, file.Blocks[0].Request.Target).Problems
	runtime.ReadMemStats(&after)
	if n := len(envs.Names()); n != 2*many+1 {
		t.Errorf("%d environments", n)
	}
	if len(problems) != 2 || !strings.Contains(problems[0].Message, "last defines it") {
		t.Errorf("got %v", problems)
	}
	if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 64 {
		t.Errorf("%d MiB were allocated", used)
	}
}

// TestThreatLinksFillMemory: links show one large file under many names.
func TestThreatLinksFillMemory(t *testing.T) {
	t.Parallel()
	large := &fstest.MapFile{Data: []byte("A=" + strings.Repeat("x", maxFileSize-2))}
	files := fstest.MapFS{}
	for i := range 2 * maxTotal / maxFileSize {
		files[fmt.Sprintf(".env.%02d", i)] = large
	}
	envs := Load(files, ".")
	problems := envs.Problems()
	if len(problems) != 1 || problems[0].Code != CodeUnreadable || problems[0].Path != ".env.08" {
		t.Errorf("got %v", problems)
	}
	if n := len(envs.Files()); n != maxTotal/maxFileSize {
		t.Errorf("%d files were read", n)
	}
}
