package parser_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/parser"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	const src = "### A title\n# @name first\nPOST {{host}}/x HTTP/1.1\nX-Token: {{$vault path='a b' key={{k}}}}\n\n{\n// c\n\"id\": {{$guid}} }\n\n" +
		"###\nget\n\n< ./{{f}}\n"
	isProvider := func(name string) bool { return name == "vault" }
	got, err := json.MarshalIndent(parser.Describe(parser.Parse(src), isProvider), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
 "requests": [
  {
   "name": "first",
   "title": "A title",
   "method": "POST",
   "target": "{{host}}/x",
   "headers": [
    {
     "name": "X-Token",
     "value": "{{$vault path='a b' key={{k}}}}",
     "span": {
      "start": 51,
      "end": 91
     }
    }
   ],
   "body": {
    "kind": "inline",
    "span": {
     "start": 93,
     "end": 117
    },
    "comments": [
     {
      "start": 95,
      "end": 99
     }
    ]
   },
   "variables": [
    {
     "name": "host",
     "span": {
      "start": 31,
      "end": 39
     }
    },
    {
     "name": "k",
     "span": {
      "start": 84,
      "end": 89
     }
    }
   ],
   "references": [
    {
     "provider": "vault",
     "fields": [
      {
       "name": "path",
       "value": "a b",
       "span": {
        "start": 69,
        "end": 79
       }
      },
      {
       "name": "key",
       "value": "{{k}}",
       "span": {
        "start": 80,
        "end": 89
       }
      }
     ],
     "span": {
      "start": 60,
      "end": 91
     }
    }
   ],
   "runnable": true,
   "span": {
    "start": 26,
    "end": 117
   }
  },
  {
   "method": "GET",
   "target": "",
   "headers": [],
   "body": {
    "kind": "file",
    "span": {
     "start": 128,
     "end": 137
    },
    "files": [
     {
      "path": "./{{f}}",
      "span": {
       "start": 128,
       "end": 137
      }
     }
    ]
   },
   "variables": [
    {
     "name": "f",
     "span": {
      "start": 132,
      "end": 137
     }
    }
   ],
   "references": [],
   "runnable": false,
   "span": {
    "start": 123,
    "end": 137
   }
  }
 ],
 "problems": [
  {
   "code": "comment-in-body",
   "severity": "hint",
   "message": "this line of the body is a comment and will not be sent; # @raw-body above the request sends such lines",
   "span": {
    "start": 95,
    "end": 99
   }
  },
  {
   "code": "method-case",
   "severity": "hint",
   "message": "methods are written in capital letters: GET",
   "span": {
    "start": 123,
    "end": 126
   }
  },
  {
   "code": "missing-target",
   "severity": "error",
   "message": "the request has no target; write its URL behind the method",
   "span": {
    "start": 123,
    "end": 126
   }
  }
 ]
}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("description (-want +got):\n%s", diff)
	}
}

func TestDescribeEmptyFileHasEmptyLists(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(parser.Describe(parser.Parse(""), func(string) bool { return false }))
	if want := `{"requests":[],"problems":[]}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestDescribeReferences(t *testing.T) {
	t.Parallel()
	isProvider := func(name string) bool { return name == "aws" }
	for src, want := range map[string][]string{
		"GET {{$aws}}":                 {"aws"},
		"GET {{$other a=b}}":           {"other"},
		"GET {{$guid}}":                nil,
		"GET {{$randomInt 1 2}}":       nil,
		"GET {{$aws secret=a b}}{{c}}": {"aws"},
		"@x = {{$aws secret=a}}\n":     nil,
	} {
		var got []string
		for _, r := range parser.Describe(parser.Parse(src), isProvider).Requests {
			for _, ref := range r.References {
				got = append(got, ref.Provider)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("references of %q (-want +got):\n%s", src, diff)
		}
	}
}
