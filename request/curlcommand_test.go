package request_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCurlCommandIsSent: a request that is written as a curl command is sent as
// curl would send it.
func TestCurlCommandIsSent(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, src string
		want      seen
		headers   map[string]string
	}{
		{
			name: "options and quotes",
			src:  "@name = Ann\ncurl -sSL -X PUT \"URL/a?b=c\" \\\n  -H 'X-A: it'\\''s {{name}}' \\\n  -u me:{{$vault path=p}} -b 'a=b' -A agent -e http://from \\\n  --data-raw '{\n  \"who\": \"{{name}}\"\n}' -H 'content-type: application/json'\n",
			want: seen{Method: "PUT", URL: "/a?b=c", Body: "{\n  \"who\": \"Ann\"\n}"},
			headers: map[string]string{
				"X-A": "it's Ann", "Authorization": "Basic bWU6cGFzcw==", "Cookie": "a=b", "User-Agent": "agent",
				"Referer": "http://from", "Content-Type": "application/json",
			},
		},
		{
			name: "data makes a form", src: "curl URL -d a=1 -d 'b = 2'",
			want: seen{Method: "POST", URL: "/", Body: "a=1&b = 2"}, headers: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
		},
		{
			name: "json", src: "curl --json '{\"a\":1}' URL", want: seen{Method: "POST", URL: "/", Body: `{"a":1}`},
			headers: map[string]string{"Content-Type": "application/json", "Accept": "application/json"},
		},
		{name: "a file", src: "curl -d @data.txt URL", want: seen{Method: "POST", URL: "/", Body: "from a file"}},
		{name: "a file without its line ends", src: "curl --data-ascii @lines.txt URL", want: seen{Method: "POST", URL: "/", Body: "a=1&b={{name}}"}},
		{name: "a file as it is", src: "curl --data-binary @lines.txt URL", want: seen{Method: "POST", URL: "/", Body: "a=1&\r\nb={{name}}\n"}},
		{name: "files and text in order", src: "curl -d c=2 -d @data.txt --data-raw @d -d @lines.txt URL", want: seen{Method: "POST", URL: "/", Body: "c=2&from a file&@d&a=1&b={{name}}"}},
		{
			name: "encoded data", src: "@name = a b&\ncurl --data-urlencode 'q={{name}}=/é' --data-urlencode '=x y' --data-urlencode 'z {{$vault path=p}}' URL",
			want: seen{Method: "POST", URL: "/", Body: "q=a%20b%26%3D%2F%C3%A9&x%20y&z%20pass"},
		},
		{
			name: "data in the query", src: "@name = a b\ncurl -G -d a=1 --data-urlencode 'q={{name}}&' --data 'c={{name}}' 'URL/p?x=y#z'",
			want: seen{Method: "GET", URL: "/p?x=y&a=1&q=a%20b%26&c=a%20b"},
		},
		{name: "data in a new query", src: "curl URL --get -d a=1", want: seen{Method: "GET", URL: "/?a=1"}},
		{name: "head", src: "curl -I URL", want: seen{Method: "HEAD", URL: "/"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.vault.values["{{$vault path=p}}"] = "pass"
			if err := writeFile(w.dir+"/data.txt", "from a file"); err != nil {
				t.Fatal(err)
			}
			if err := writeFile(w.dir+"/lines.txt", "a=1&\r\nb={{name}}\n"); err != nil {
				t.Fatal(err)
			}
			server := w.serve(false, nil)
			src := strings.Replace(tt.src, "URL", server.URL, 1)
			if _, problem := w.sendWith(w.plan(src), w.call()); problem != nil {
				t.Fatalf("not sent: %+v", problem)
			}
			got := server.last(t)
			if diff := cmp.Diff(tt.want, seen{Method: got.Method, URL: got.URL, Body: got.Body}); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
			for name, want := range tt.headers {
				if got := got.Header.Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}
