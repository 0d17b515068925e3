package credentials

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Editing keeps comments, blank lines and layout of everything it does not
// touch, byte for byte.
func TestEditKeepsTheFile(t *testing.T) {
	t.Parallel()
	token := Profile{Name: "new", Provider: "vault", Auth: "token",
		Fields: map[string]string{"address": "https://v.example.com/a&b"}, Secrets: map[string]Source{"token": {Keyring: true}}}
	add := func(d *document) error { return d.setProfile(token, d.unit()) }
	tests := map[string]struct {
		before string
		edit   func(*document) error
		after  string
	}{
		"empty file": {"", add, `{
  "credentials": {
    "new": {
      "provider": "vault",
      "auth": "token",
      "address": "https://v.example.com/a&b",
      "token": { "keyring": true }
    }
  }
}
`},
		"after a commented neighbour, with tabs": {`// head
{
	// why
	"credentials": {
		"old": {"provider": "local", "auth": "keyring"} // mine
		// end of list
	},

	"cache": {  "ttl":"5m"  }, // kept as it is
}
`, add, `// head
{
	// why
	"credentials": {
		"old": {"provider": "local", "auth": "keyring"}, // mine
		"new": {
			"provider": "vault",
			"auth": "token",
			"address": "https://v.example.com/a&b",
			"token": { "keyring": true }
		}
		// end of list
	},

	"cache": {  "ttl":"5m"  }, // kept as it is
}
`},
		"after a trailing comma": {`{
    "credentials": {
        "old": {"provider": "local", "auth": "keyring"},
    },
}
`, add, `{
    "credentials": {
        "old": {"provider": "local", "auth": "keyring"},
        "new": {
            "provider": "vault",
            "auth": "token",
            "address": "https://v.example.com/a&b",
            "token": { "keyring": true }
        },
    },
}
`},
		"change keeps comments inside": {`{
  "credentials": {
    "new": {
      "provider": "vault", // the team's
      "auth": "token",
      // do not use the load balancer
      "address": "https://old.example.com",
      "namespace": "gone",
      "token": { "env": "T" }
    }
  }
}
`, add, `{
  "credentials": {
    "new": {
      "provider": "vault", // the team's
      "auth": "token",
      // do not use the load balancer
      "address": "https://v.example.com/a&b",
      "token": { "keyring": true }
    }
  }
}
`},
		"default": {`{
  "credentials": {} // none yet
}
`, func(d *document) error { return d.set(quote("new"), "defaults", "vault") }, `{
  "credentials": {}, // none yet
  "defaults": {
    "vault": "new"
  }
}
`},
		"remove": {`{
  "credentials": {
    // first
    "a": {"provider": "local", "auth": "keyring"}, // of a

    // second
    "b": {"provider": "local", "auth": "keyring"}, // of b
  }
}
`, func(d *document) error { return d.remove("credentials", "b") }, `{
  "credentials": {
    // first
    "a": {"provider": "local", "auth": "keyring"}, // of a

  }
}
`},
		"nothing to do": {"{ /* x */ \"defaults\": {\"vault\" : \"new\"} }", func(d *document) error { return d.set(quote("new"), "defaults", "vault") },
			"{ /* x */ \"defaults\": {\"vault\" : \"new\"} }"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := openDocument([]byte(test.before))
			if err != nil {
				t.Fatal(err)
			}
			if err := test.edit(d); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.after, string(d.bytes())); diff != "" {
				t.Error(diff)
			}
			if problems := parse("c", d.bytes()).problems; len(problems) > 0 && name != "default" && name != "nothing to do" {
				t.Error(problems)
			}
		})
	}
}
