// Package lsptest is a small editor for tests: it speaks the Language Server
// Protocol with a server in the same process or in one of its own. It shares no
// code with the library that the server uses, so that a mistake there shows.
package lsptest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"sync"
	"testing"
	"time"
)

// patience is how long an answer may take before the test fails. No test
// measures with it.
const patience = 30 * time.Second

// ResponseError is an error that the server answered.
type ResponseError struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// Error returns code and message.
func (e *ResponseError) Error() string { return fmt.Sprintf("%d: %s", e.Code, e.Message) }

// Message is one message of the server.
type Message struct {
	ID     json.RawMessage `json:"id,omitempty"`
	Method string          `json:"method,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  *ResponseError  `json:"error,omitempty"`
}

// Handler answers a request of the server.
type Handler func(params json.RawMessage) (result any, err *ResponseError)

// Editor is one client. Its methods may be called by several goroutines.
type Editor struct {
	tb      testing.TB
	out     io.WriteCloser
	writing sync.Mutex

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced when anything arrives
	nextID   int
	waiting  map[string]chan Message
	handlers map[string]Handler
	received []Message
	traffic  bytes.Buffer
	ended    bool

	// exit delivers the server's exit status once.
	exit chan int
}

// New connects an editor to a server in this process. serve is the server's
// main loop; it returns its exit status.
func New(tb testing.TB, serve func(ctx context.Context, in io.Reader, out io.Writer) int) *Editor {
	tb.Helper()
	toServer, fromEditor := io.Pipe()
	toEditor, fromServer := io.Pipe()
	e := newEditor(tb, fromEditor)
	ctx, cancel := context.WithCancel(context.Background())
	go e.read(toEditor)
	go func() {
		status := serve(ctx, toServer, fromServer)
		e.exit <- status
		_ = fromServer.Close()
	}()
	tb.Cleanup(func() {
		cancel()
		_ = fromEditor.Close()
		_ = toServer.Close()
		_ = toEditor.Close()
	})
	return e
}

func newEditor(tb testing.TB, out io.WriteCloser) *Editor {
	return &Editor{
		tb: tb, out: out, changed: make(chan struct{}), exit: make(chan int, 1),
		waiting: make(map[string]chan Message), handlers: make(map[string]Handler),
	}
}

// Handle sets how the editor answers the server's requests of a method. Without
// one it answers "method not found".
func (e *Editor) Handle(method string, handler Handler) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.handlers[method] = handler
}

// Raw writes bytes as they are.
func (e *Editor) Raw(data []byte) {
	e.writing.Lock()
	defer e.writing.Unlock()
	e.mu.Lock()
	e.traffic.Write(data)
	e.mu.Unlock()
	// A server that is gone is what some tests are about.
	_, _ = e.out.Write(data)
}

// Frame writes a body with its header.
func (e *Editor) Frame(body []byte) {
	e.Raw(append(fmt.Appendf(nil, "Content-Length: %d\r\n\r\n", len(body)), body...))
}

// send writes a message.
func (e *Editor) send(message map[string]any) {
	e.tb.Helper()
	message["jsonrpc"] = "2.0"
	body, err := json.Marshal(message)
	if err != nil {
		e.tb.Errorf("encoding a message: %v", err)
		return
	}
	e.Frame(body)
}

// Notify sends a notification. Nil params are left out.
func (e *Editor) Notify(method string, params any) {
	e.tb.Helper()
	message := map[string]any{"method": method}
	if params != nil {
		message["params"] = params
	}
	e.send(message)
}

// Pending is a request that has been sent.
type Pending struct {
	// ID is the request's id.
	ID int

	e      *Editor
	method string
	answer chan Message
}

// Go sends a request and does not wait for its answer.
func (e *Editor) Go(method string, params any) *Pending {
	e.tb.Helper()
	e.mu.Lock()
	e.nextID++
	p := &Pending{ID: e.nextID, e: e, method: method, answer: make(chan Message, 1)}
	e.waiting[strconv.Itoa(p.ID)] = p.answer
	e.mu.Unlock()
	message := map[string]any{"method": method, "id": p.ID}
	if params != nil {
		message["params"] = params
	}
	e.send(message)
	return p
}

// Wait waits for the answer and decodes its result, unless result is nil. An
// answer that is an error is returned as a *ResponseError.
func (p *Pending) Wait(result any) error {
	p.e.tb.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case m := <-p.answer:
		if m.Error != nil {
			return m.Error
		}
		if result == nil {
			return nil
		}
		if err := json.Unmarshal(m.Result, result); err != nil {
			return fmt.Errorf("decoding the answer to %s: %w", p.method, err)
		}
		return nil
	case <-timer.C:
		return fmt.Errorf("no answer to %s within %s", p.method, patience)
	}
}

// Cancel asks the server to cancel the request.
func (p *Pending) Cancel() {
	p.e.tb.Helper()
	p.e.Notify("$/cancelRequest", map[string]any{"id": p.ID})
}

// Call sends a request and waits for its answer.
func (e *Editor) Call(method string, params, result any) error {
	e.tb.Helper()
	return e.Go(method, params).Wait(result)
}

// MustCall is Call that ends the test on an error.
func (e *Editor) MustCall(method string, params, result any) {
	e.tb.Helper()
	if err := e.Call(method, params, result); err != nil {
		e.tb.Fatalf("%s: %v", method, err)
	}
}

// CodeOf returns the code of the error that a server answered, 0 for others.
func CodeOf(err error) int {
	var answered *ResponseError
	if errors.As(err, &answered) {
		return answered.Code
	}
	return 0
}

// read takes the server's messages until it is gone.
func (e *Editor) read(in io.Reader) {
	reader := bufio.NewReader(in)
	for {
		body, err := readFrame(reader)
		if err != nil {
			e.mu.Lock()
			e.ended = true
			e.notifyChanged()
			e.mu.Unlock()
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrClosedPipe) && !errors.Is(err, io.ErrUnexpectedEOF) {
				e.tb.Logf("the server's output ended: %v", err)
			}
			return
		}
		var m Message
		if err := json.Unmarshal(body, &m); err != nil {
			e.tb.Errorf("the server sent what is not JSON: %v", err)
			continue
		}
		e.take(body, m)
	}
}

func readFrame(reader *bufio.Reader) ([]byte, error) {
	header, err := textproto.NewReader(reader).ReadMIMEHeader()
	if err != nil {
		return nil, err
	}
	length, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil || len(header) != 1 {
		return nil, fmt.Errorf("the server sent a bad header: %v", header)
	}
	body := make([]byte, length)
	_, err = io.ReadFull(reader, body)
	return body, err
}

// take files one message of the server, and answers it if it is a request.
func (e *Editor) take(body []byte, m Message) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.traffic.Write(body)
	e.traffic.WriteByte('\n')
	switch {
	case m.Method == "" && e.waiting[string(m.ID)] != nil:
		e.waiting[string(m.ID)] <- m
		delete(e.waiting, string(m.ID))
	case m.Method != "" && m.ID != nil:
		e.received = append(e.received, m)
		go e.answer(m, e.handlers[m.Method])
	default:
		e.received = append(e.received, m)
	}
	e.notifyChanged()
}

func (e *Editor) notifyChanged() {
	close(e.changed)
	e.changed = make(chan struct{})
}

// answer answers a request of the server.
func (e *Editor) answer(m Message, handler Handler) {
	if handler == nil {
		e.send(map[string]any{"id": m.ID, "error": &ResponseError{Code: -32601, Message: "not found"}})
		return
	}
	result, refused := handler(m.Params)
	if refused != nil {
		e.send(map[string]any{"id": m.ID, "error": refused})
		return
	}
	e.send(map[string]any{"id": m.ID, "result": result})
}

// Received returns the notifications, requests and stray responses that the
// server has sent so far.
func (e *Editor) Received() []Message {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]Message(nil), e.received...)
}

// Traffic returns everything that went over the connection in both directions.
func (e *Editor) Traffic() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.traffic.String()
}

// Await waits until a message of the server satisfies match and returns the
// first that does.
func (e *Editor) Await(what string, match func(Message) bool) Message {
	e.tb.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		e.mu.Lock()
		changed, ended := e.changed, e.ended
		received := e.received
		e.mu.Unlock()
		for _, m := range received {
			if match(m) {
				return m
			}
		}
		if ended {
			e.tb.Fatalf("the server ended while the test waited for %s", what)
		}
		select {
		case <-changed:
		case <-timer.C:
			e.tb.Fatalf("no %s within %s", what, patience)
		}
	}
}

// Exit waits for the server to end and returns its exit status.
func (e *Editor) Exit() int {
	e.tb.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case status := <-e.exit:
		return status
	case <-timer.C:
		e.tb.Fatalf("the server has not ended within %s", patience)
		return -1
	}
}

// Hangup closes the editor's side, as an editor does that is killed.
func (e *Editor) Hangup() { _ = e.out.Close() }
