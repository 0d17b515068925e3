package request_test

import (
	"testing"

	"github.com/vault-lsp/vault-lsp/request"
)

// TestGraphQLMethod: a request of the method GRAPHQL is a POST of JSON.
func TestGraphQLMethod(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := w.serve(false, nil)
	w.mustSend("GRAPHQL " + server.URL + "/q\n\nquery { a }\n\n{\"b\": 1}\n")
	got := server.last(t)
	if want := `{"query":"query { a }","variables":{"b": 1}}`; got.Method != "POST" || got.Body != want || got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("sent %s %s as %s", got.Method, got.Body, got.Header.Get("Content-Type"))
	}
}

// TestGraphQLThatCannotBeRight: variables that are no JSON are told of, and a file
// among text is not sent as text.
func TestGraphQLThatCannotBeRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := w.serve(false, nil)
	for variables, warnings := range map[string]int{"{\"b\": 1,}": 1, "{\"b\": {{n}}}": 0, "{\"b\": {{$vault path=n}}}": 0} {
		w.vault.values["{{$vault path=n}}"] = "12345"
		response := w.mustSend("@n = 2\n\nGRAPHQL " + server.URL + "\n\n{ a }\n\n" + variables + "\n")
		if len(response.Warnings) != warnings {
			t.Errorf("%s: warnings %q", variables, response.Warnings)
		}
	}
	for _, body := range []string{"query A { a }\n\n< ./a.json", "gql A < ./a.gql\n\n< ./a.json"} {
		if plan, problems := w.build("GRAPHQL " + server.URL + "\n\n" + body + "\n"); plan != nil || len(problems) == 0 || problems[0].Code != request.CodeBodyFile {
			t.Errorf("%s: %+v", body, problems)
		}
	}
}

// TestOtherProtocolsAreRefused: what is no HTTP is not sent as HTTP.
func TestOtherProtocolsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, line := range []string{"GRPC localhost/a.B/C", "WEBSOCKET wss://x.test", "WS x.test", "wss://x.test", "SSE http://x.test", "MQTT tcp://x.test", "AMQP x.test", "GET unix:/run/s.sock:/a"} {
		if plan, problems := w.build(line + "\n"); plan != nil || len(problems) == 0 || problems[0].Code != "protocol-not-sent" {
			t.Errorf("%s: %+v", line, problems)
		}
	}
}
