package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkStart measures from starting the process to the answer to
// initialize, in turn with starting and ending an empty program that links the
// same libraries, and reports the ratio.
func BenchmarkStart(b *testing.B) {
	server := buildBinary(b, ".", "vault-lsp")
	empty := buildBinary(b, "./testdata/empty", "empty")
	home := b.TempDir()
	var ours, floor time.Duration
	for b.Loop() {
		begin := time.Now()
		if err := exec.Command(empty).Run(); err != nil {
			b.Fatal(err)
		}
		floor += time.Since(begin)
		begin = time.Now()
		s := startServer(b, server, home)
		s.initialize(b)
		ours += time.Since(begin)
		s.end()
	}
	b.ReportMetric(float64(ours.Microseconds())/float64(b.N), "us-to-initialize")
	b.ReportMetric(float64(ours)/float64(floor), "x-empty-program")
}

// BenchmarkIdleMemory reports the resident memory of a server that has been
// initialized and idles.
func BenchmarkIdleMemory(b *testing.B) {
	server := buildBinary(b, ".", "vault-lsp")
	for b.Loop() {
		s := startServer(b, server, b.TempDir())
		s.initialize(b)
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
		if err != nil {
			b.Skip("left out: no /proc on this system")
		}
		for line := range strings.Lines(string(status)) {
			if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
				kib, _ := strconv.Atoi(strings.Fields(rest)[0])
				b.ReportMetric(float64(kib)/1024, "MiB-resident")
			}
		}
		s.end()
	}
}

func buildBinary(b *testing.B, pkg, name string) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), name)
	cmd := exec.Command("go", "build", "-o", path, pkg)
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("go build %s: %v\n%s", pkg, err, out)
	}
	return path
}

// benchServer is the language server as a process.
type benchServer struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startServer(b *testing.B, path, home string) *benchServer {
	b.Helper()
	cmd := exec.Command(path, "serve")
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home)
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	return &benchServer{cmd: cmd, in: in, out: bufio.NewReader(out)}
}

// initialize sends the request and reads the head of its answer.
func (s *benchServer) initialize(b *testing.B) {
	b.Helper()
	const body = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}`
	if _, err := fmt.Fprintf(s.in, "Content-Length: %d\r\n\r\n%s", len(body), body); err != nil {
		b.Fatal(err)
	}
	if _, err := s.out.ReadString('{'); err != nil {
		b.Fatalf("no answer to initialize: %v", err)
	}
}

func (s *benchServer) end() {
	_ = s.in.Close()
	_, _ = io.Copy(io.Discard, s.out)
	_ = s.cmd.Wait()
}
