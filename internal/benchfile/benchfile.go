// Package benchfile generates large request files for benchmarks. They look
// like files of real projects: titles, directives, variables, headers, JSON
// bodies and secret references.
package benchfile

import (
	"fmt"
	"strings"
)

// Requests returns a file of n requests, 11 lines each, with the variables
// they use at its top. It is the same text for the same n.
func Requests(n int) string {
	var b strings.Builder
	b.Grow(512 + n*400)
	b.WriteString("@host = https://api.example.com\n@tenant = acme\n@version = v2\n\n")
	for i := range n {
		switch i % 2 {
		case 0:
			writePost(&b, i)
		default:
			writeGet(&b, i)
		}
	}
	return b.String()
}

// writePost writes a request with a JSON body.
func writePost(b *strings.Builder, i int) {
	fmt.Fprintf(b, `### Create order %d
# @name createOrder%d
POST {{host}}/{{version}}/orders?tenant={{tenant}} HTTP/1.1
Content-Type: application/json
Authorization: Bearer {{$vault path=app/orders key=token%d}}

{
  "id": %d, "customer": { "name": "Customer %d", "mail": "customer%d@example.com" },
  "lines": [{ "sku": "A-%d", "count": 2, "price": 12.5 }, { "sku": "B-%d", "count": 1, "price": 3 }]
}

`, i, i, i%7, i, i, i, i, i)
}

// writeGet writes a request whose target goes over several lines.
func writeGet(b *strings.Builder, i int) {
	fmt.Fprintf(b, `### Find orders of page %d
# The list is sorted by date.
GET {{host}}/{{version}}/orders
    ?tenant={{tenant}}
    &page=%d
    &size=50
Accept: application/json
Authorization: Bearer {{$aws secret=prod/orders key=token}}
X-Request-Id: {{$guid}}
User-Agent: example-client/1.0

`, i, i)
}
