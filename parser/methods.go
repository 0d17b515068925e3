package parser

import (
	"slices"
	"strings"
)

// methods are all methods of the tools that read this dialect.
var methods = []string{
	"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY", "LIST",
	"ACL", "BASELINE-CONTROL", "CHECKIN", "CHECKOUT", "COPY", "LOCK", "MERGE", "MKACTIVITY", "MKCALENDAR",
	"MKCOL", "MKWORKSPACE", "MOVE", "PROPFIND", "PROPPATCH", "REPORT", "SEARCH", "UNLOCK", "VERSION-CONTROL",
	"GRAPHQL", "GRPC", "WEBSOCKET", "WS", "WSS", "SSE", "MQTT", "AMQP", "RSOCKET",
}

// Methods returns the methods that a request line may begin with, those of
// HTTP itself first. The caller owns the slice.
func Methods() []string { return slices.Clone(methods) }

// longestMethod is the length of the longest of them, BASELINE-CONTROL.
const longestMethod = 16

// knownMethod returns the method that word is in any case (C11), or "".
func knownMethod(word string) string {
	if len(word) < 2 || len(word) > longestMethod {
		return ""
	}
	for _, m := range methods {
		if len(m) == len(word) && m[0] == word[0]&^0x20 && strings.EqualFold(m, word) {
			return m
		}
	}
	return ""
}

// isUpperMethod reports whether word could be a method that is not in the
// list: capital letters, with dashes and digits between them.
func isUpperMethod(word string) bool {
	for i := range len(word) {
		c := word[i]
		if (c < 'A' || c > 'Z') && (i == 0 || c != '-' && c != '_' && !isDigit(c)) {
			return false
		}
	}
	return len(word) > 1
}
