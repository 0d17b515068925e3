package main

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// TestFaultsOnTheCommandLine: every fault is a place and a sentence, with the
// exit status of the contract, as text and as JSON.
func TestFaultsOnTheCommandLine(t *testing.T) {
	w := newFaultWorld(t)
	for _, f := range slices.Concat(faults, vaultFaults) {
		t.Run(f.name, func(t *testing.T) {
			file := w.write("fault.http", w.replace.Replace(f.text))
			r := w.run("send", file).want(t, f.exit)
			w.tells(t, r.out+r.err, f.want...)
			if f.code == "" {
				return
			}
			if !strings.HasPrefix(r.err, file+":") {
				t.Errorf("it does not begin with the place: %s", r.err)
			}
			r = w.run("send", file, "--json").want(t, f.exit)
			var line struct {
				Request map[string]any
				Error   jsonError
			}
			if err := json.Unmarshal([]byte(r.out), &line); err != nil || strings.Count(r.out, "\n") != 1 {
				t.Fatalf("%v in %s", err, r.out)
			}
			if line.Error.Code != f.code || line.Request["method"] == "" {
				t.Errorf("code %q, want %q: %s", line.Error.Code, f.code, r.out)
			}
			w.tells(t, line.Error.Message+"; "+line.Error.Hint, f.want...)
		})
	}
	w.write("fault.http", w.fine)
	w.run("send", w.work+"/fault.http").want(t, exitOK, "all is well ●●●●●●")
}

// TestInterruptedSend: Ctrl+C while the server is silent ends the request.
func TestInterruptedSend(t *testing.T) {
	w := newFaultWorld(t)
	file := w.write("held.http", w.replace.Replace("GET TARGET/held\nA: SECRET\n"))
	ctx, interrupt := context.WithCancel(context.Background())
	defer interrupt()
	go func() {
		<-w.held
		interrupt()
	}()
	var out, errs bytes.Buffer
	code := run(ctx, streams{in: strings.NewReader(""), out: &out, err: &errs}, []string{"send", file})
	<-w.gone
	result{code: code, out: out.String(), err: errs.String()}.want(t, exitSend, "held.http:1:", "cancelled")
	w.tells(t, out.String()+errs.String())
}
