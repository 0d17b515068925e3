package lsp

import (
	"strings"
	"testing"
)

// TestPrompts: a send that prompts says what is missing and how to enter it
// outside the protocol, and goes through once it is entered, with hidden answers
// masked. An answer counts for one send, unless the prompt asks once a session.
func TestPrompts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { withInput(t, w) })
	w.initialize()
	src := "# @prompt code The code\n# @secret pin\nPOST https://api.example.com/{{code}}\nX-Region: {{$pick-askonce Region $value: eu,us}}\n\n{{pin}}\n"
	uri := w.open(t, "a.http", src)
	send := func() (Failure, error) {
		err := w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri}, nil)
		if err == nil {
			return Failure{}, nil
		}
		return failure(t, err), err
	}
	answers := map[string]string{"code": "c1", "pin": "pin-marker", "$pick Region $value: eu,us": "us"}
	first, err := send()
	if err == nil || first.Code != "input-needed" || strings.Join(first.Needs, "|") != "code|$pick Region $value: eu,us|pin" {
		t.Fatalf("%v, %+v", err, first)
	}
	if q := first.Questions; q[0].Title != "The code" || q[0].Hidden || !q[2].Hidden || strings.Join(q[1].Choices, "|") != "eu|us" {
		t.Errorf("%+v", q)
	}
	for i, name := range first.Needs {
		if err := enter(t, first.Input[i], answers[name]); err != nil {
			t.Fatal(err)
		}
	}
	var response struct {
		Request struct{ URL string }
		Body    struct{ Text string }
	}
	if err := w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri}, &response); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(response.Request.URL, "/c1") || strings.Contains(response.Body.Text, "marker") {
		t.Errorf("%+v", response)
	}
	again, err := send()
	if err == nil || strings.Join(again.Needs, "|") != "code|pin" {
		t.Errorf("the second send: %v, %+v", err, again)
	}
}

// TestPromptsOfAllRequests are asked for before anything is sent.
func TestPromptsOfAllRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { withInput(t, w) })
	w.initialize()
	src := "# @prompt a\nGET https://api.example.com/{{a}}\n\n###\n# @prompt b\nGET https://api.example.com/{{b}}\n"
	uri := w.open(t, "a.http", src)
	err := w.Command("vault-lsp.sendAll", map[string]any{"uri": uri}, nil)
	f := failure(t, err)
	if strings.Join(f.Needs, "|") != "a|b" {
		t.Fatalf("%v, %+v", err, f)
	}
	for i := range f.Needs {
		if err := enter(t, f.Input[i], "x"); err != nil {
			t.Fatal(err)
		}
	}
	var result struct{ Summary summary }
	if err := w.Command("vault-lsp.sendAll", map[string]any{"uri": uri}, &result); err != nil || result.Summary.Sent != 2 {
		t.Errorf("%v, %+v", err, result)
	}
}
