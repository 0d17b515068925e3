package request_test

import "testing"

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
