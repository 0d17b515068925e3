package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/benchfile"
)

// BenchmarkStart measures from starting the process to the answer to
// initialize, in turn with starting and ending an empty program that links the
// same libraries, and reports the ratio of the medians.
func BenchmarkStart(b *testing.B) {
	server := buildBinary(b, ".", "vault-lsp")
	empty := buildBinary(b, "./testdata/empty", "empty")
	home := b.TempDir()
	var ours, floor []time.Duration
	for b.Loop() {
		begin := time.Now()
		if err := exec.Command(empty).Run(); err != nil {
			b.Fatal(err)
		}
		floor = append(floor, time.Since(begin))
		begin = time.Now()
		s := startServer(b, server, home)
		s.initialize(b)
		ours = append(ours, time.Since(begin))
		s.end()
	}
	b.ReportMetric(median(ours).Seconds()*1000, "ms-to-initialize")
	b.ReportMetric(median(floor).Seconds()*1000, "ms-empty-program")
	b.ReportMetric(float64(median(ours))/float64(median(floor)), "x-empty-program")
}

func median(took []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(took))[len(took)/2]
}

// BenchmarkIdleMemory reports the resident memory of a server that idles: after
// initialize, and after a file of 40 requests was opened and diagnosed.
func BenchmarkIdleMemory(b *testing.B) {
	server := buildBinary(b, ".", "vault-lsp")
	for b.Loop() {
		s := startServer(b, server, b.TempDir())
		s.initialize(b)
		b.ReportMetric(s.resident(b), "MiB-initialized")
		s.send(b, "initialized", map[string]any{})
		s.send(b, "textDocument/didOpen", map[string]any{"textDocument": map[string]any{
			"uri": "file:///tmp/requests.http", "languageId": "http", "version": 1, "text": benchfile.Requests(40),
		}})
		for !strings.Contains(s.read(b), `"textDocument/publishDiagnostics"`) {
		}
		b.ReportMetric(s.resident(b), "MiB-file-open")
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

// send sends a notification.
func (s *benchServer) send(b *testing.B, method string, params any) {
	b.Helper()
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "method": method, "params": params})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := fmt.Fprintf(s.in, "Content-Length: %d\r\n\r\n%s", len(body), body); err != nil {
		b.Fatal(err)
	}
}

// read returns the body of the next message.
func (s *benchServer) read(b *testing.B) string {
	b.Helper()
	head, err := textproto.NewReader(s.out).ReadMIMEHeader()
	if err != nil {
		b.Fatalf("read the head of a message: %v", err)
	}
	size, err := strconv.Atoi(head.Get("Content-Length"))
	if err != nil {
		b.Fatal(err)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(s.out, body); err != nil {
		b.Fatal(err)
	}
	return string(body)
}

// initialize sends the request and reads the answer.
func (s *benchServer) initialize(b *testing.B) {
	b.Helper()
	const body = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}`
	if _, err := fmt.Fprintf(s.in, "Content-Length: %d\r\n\r\n%s", len(body), body); err != nil {
		b.Fatal(err)
	}
	if answer := s.read(b); !strings.Contains(answer, `"capabilities"`) {
		b.Fatalf("the answer to initialize is %s", answer)
	}
}

// resident is the memory of the process that is in RAM, in MiB.
func (s *benchServer) resident(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		b.Skip("left out: no /proc on this system")
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, _ := strconv.Atoi(strings.Fields(rest)[0])
			return float64(kib) / 1024
		}
	}
	b.Fatal("no VmRSS in /proc")
	return 0
}

func (s *benchServer) end() {
	_ = s.in.Close()
	_, _ = io.Copy(io.Discard, s.out)
	_ = s.cmd.Wait()
}
