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
	"GRAPHQL", "GRPC", "WEBSOCKET", "WS", "WSS", "SSE", "MQTT", "AMQP",
}

// upperMethods are further methods: those of the IANA registry, and two that
// HTTP caches have. They are words of prose too, so that only capital letters
// make them methods.
var upperMethods = []string{
	"BAN", "BIND", "LABEL", "LINK", "MKREDIRECTREF", "ORDERPATCH", "PRI", "PURGE", "REBIND", "UNBIND",
	"UNCHECKOUT", "UNLINK", "UPDATE", "UPDATEREDIRECTREF",
}

// Methods returns the methods that a request line may begin with, in the
// order in which to offer them. The caller owns the slice.
func Methods() []string { return slices.Clone(methods) }

// longestMethod is the length of the longest of them, UPDATEREDIRECTREF.
const longestMethod = 17

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
	if slices.Contains(upperMethods, word) {
		return word
	}
	return ""
}

// isUpperMethod reports whether word is written like a method, known or not:
// capital letters, with dashes and digits between them.
func isUpperMethod(word string) bool {
	for i := range len(word) {
		c := word[i]
		if (c < 'A' || c > 'Z') && (i == 0 || c != '-' && c != '_' && !isDigit(c)) {
			return false
		}
	}
	return len(word) > 1
}
