package testtools

import (
	"bufio"
	"bytes"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// startTimeout bounds how long a part may take to say that it is ready. Far
// above the half second it takes, for machines that compile at the same time.
const startTimeout = 60 * time.Second

// process is a program started for one test.
type process struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	lines  chan string
	stderr *lockedBuffer
	ended  chan struct{}
	stop   sync.Once
}

// start runs cmd with pipes and ends it, by its own process id, when the test
// is over. Lines of its standard output arrive on lines.
func start(tb testing.TB, cmd *exec.Cmd) *process {
	tb.Helper()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatalf("start %s: %v", cmd.Path, err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatalf("start %s: %v", cmd.Path, err)
	}
	p := &process{cmd: cmd, stdin: stdin, lines: make(chan string, 64), stderr: &lockedBuffer{}, ended: make(chan struct{})}
	cmd.Stderr = p.stderr
	if err := cmd.Start(); err != nil {
		tb.Fatalf("start %s: %v", cmd.Path, err)
	}
	go p.read(stdout)
	tb.Cleanup(p.end)
	return p
}

// read passes lines on until the output closes, then waits for the process.
// Lines nobody takes are dropped, so that a talkative program never blocks.
func (p *process) read(stdout io.Reader) {
	defer close(p.ended)
	scanner := bufio.NewScanner(stdout)
	for scanner.Scan() {
		select {
		case p.lines <- scanner.Text():
		default:
		}
	}
	// How it ended does not matter: the test asked for it, or awaitLine tells.
	_ = p.cmd.Wait()
}

// awaitLine returns the rest of the first line that starts with prefix.
func (p *process) awaitLine(tb testing.TB, prefix string) string {
	tb.Helper()
	timer := time.NewTimer(startTimeout)
	defer timer.Stop()
	for {
		select {
		case line := <-p.lines:
			if rest, ok := strings.CutPrefix(line, prefix); ok {
				return rest
			}
		case <-p.ended:
			tb.Fatalf("%s ended before it was ready: %v\n%s", p.cmd.Path, p.cmd.ProcessState, p.stderr.String())
		case <-timer.C:
			tb.Fatalf("%s said no %q within %v\n%s", p.cmd.Path, prefix, startTimeout, p.stderr.String())
		}
	}
}

// end asks the process to end and kills it if it does not. Safe to call twice.
func (p *process) end() {
	p.stop.Do(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		_ = p.stdin.Close()
		timer := time.NewTimer(5 * time.Second)
		defer timer.Stop()
		select {
		case <-p.ended:
		case <-timer.C:
			_ = p.cmd.Process.Kill()
			<-p.ended
		}
	})
}

// lockedBuffer collects output that another goroutine may read meanwhile.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write appends to the buffer.
func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

// String returns what was written so far.
func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
