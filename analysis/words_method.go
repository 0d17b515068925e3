package analysis

import "strings"

// methodWord is one request method.
type methodWord struct {
	Name string
	Doc  string
	// Common methods are sorted before the WebDAV ones.
	Common bool
}

// methodWords are the methods of RFC 9110 and 5789, and those of WebDAV that
// request files use.
var methodWords = []methodWord{
	{"GET", "Asks for the resource. Safe and idempotent; no body.", true},
	{"POST", "Hands the body to the resource to process. Neither safe nor idempotent.", true},
	{"PUT", "Replaces the resource by the body. Idempotent.", true},
	{"PATCH", "Changes parts of the resource as the body says.", true},
	{"DELETE", "Removes the resource. Idempotent.", true},
	{"HEAD", "Like GET, but the answer has no body.", true},
	{"OPTIONS", "Asks what the resource allows.", true},
	{"TRACE", "Asks for the request to be echoed.", true},
	{"CONNECT", "Asks a proxy for a tunnel.", true},
	{"QUERY", "A safe, idempotent query whose question is in the body.", false},
	{"LIST", "Lists below a path, as HashiCorp Vault takes it.", false},
	{"PROPFIND", "WebDAV: reads properties.", false},
	{"PROPPATCH", "WebDAV: changes properties.", false},
	{"MKCOL", "WebDAV: makes a collection.", false},
	{"MKCALENDAR", "CalDAV: makes a calendar.", false},
	{"COPY", "WebDAV: copies to Destination.", false},
	{"MOVE", "WebDAV: moves to Destination.", false},
	{"LOCK", "WebDAV: takes a lock.", false},
	{"UNLOCK", "WebDAV: gives a lock back.", false},
	{"SEARCH", "WebDAV: searches.", false},
	{"ACL", "WebDAV: changes access rights.", false},
	{"REPORT", "WebDAV: asks for a report.", false},
}

func lookupMethod(name string) (methodWord, bool) {
	for _, m := range methodWords {
		if strings.EqualFold(m.Name, name) {
			return m, true
		}
	}
	return methodWord{}, false
}
