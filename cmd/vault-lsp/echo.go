package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// echoServer answers each request with what it received, as JSON; it stands in
// for an API in the demo.
type echoServer struct {
	url    string
	server *http.Server
	// received counts the requests whose Authorization header held the secret.
	received chan string
}

// startEcho listens on a free loopback port until ctx is done or stop is called.
func startEcho(ctx context.Context) (*echoServer, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the echo server: %w", err)
	}
	e := &echoServer{url: "http://" + ln.Addr().String(), received: make(chan string, 1)}
	e.server = &http.Server{Handler: http.HandlerFunc(e.echo), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = e.server.Serve(ln) }()
	return e, nil
}

func (e *echoServer) stop() { _ = e.server.Close() }

func (e *echoServer) echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		http.Error(w, "unreadable body", http.StatusBadRequest)
		return
	}
	select {
	case e.received <- r.Header.Get("Authorization"):
	default:
	}
	answer := struct {
		Method  string              `json:"method"`
		Path    string              `json:"path"`
		Query   map[string][]string `json:"query"`
		Headers http.Header         `json:"headers"`
		Body    json.RawMessage     `json:"body"`
	}{r.Method, r.URL.Path, r.URL.Query(), r.Header, json.RawMessage("null")}
	if json.Valid(body) {
		answer.Body = body
	}
	w.Header().Set("Content-Type", "application/json")
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	_ = enc.Encode(answer)
}
