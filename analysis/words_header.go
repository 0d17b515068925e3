package analysis

import "strings"

// headerWord is one request header that completion offers and hover explains.
type headerWord struct {
	Name string
	Doc  string
	// Values are what completion offers as the header's value.
	Values []string
	// Secret is set if the value is, or ends with, a secret.
	Secret bool
}

// headerWords are the request headers of RFC 9110, 9111, 6265, 6455, 8288, the
// Fetch standard and W3C Trace Context, and the X- headers that HTTP APIs
// commonly take. In alphabetical order.
var headerWords = []headerWord{
	{"Accept", "Media types the client takes as an answer, best first.", mediaTypes, false},
	{"Accept-Charset", "Character sets the client takes. Servers mostly ignore it.", []string{"utf-8"}, false},
	{"Accept-Encoding", "Content codings the client can decode.", []string{"gzip", "br", "zstd", "deflate", "identity"}, false},
	{"Accept-Language", "Natural languages the client prefers, with weights: `de, en;q=0.5`.", nil, false},
	{"Access-Control-Request-Headers", "In a CORS preflight: the headers the real request will carry.", nil, false},
	{"Access-Control-Request-Method", "In a CORS preflight: the method of the real request.", []string{"GET", "POST", "PUT", "PATCH", "DELETE"}, false},
	{"Authorization", "Proof of who is asking: a scheme and its credentials. Put a secret reference here, not the secret.", authSchemes, true},
	{"Cache-Control", "What caches on the way may do with the answer.", []string{"no-cache", "no-store", "no-transform", "only-if-cached", "max-age=0", "max-stale", "min-fresh="}, false},
	{"Connection", "Options for this hop only; not sent over HTTP/2.", []string{"keep-alive", "close", "Upgrade"}, false},
	{"Content-Disposition", "How a part of a multipart body is to be taken: its field and file name.", []string{"form-data; name=\"\"", "form-data; name=\"file\"; filename=\"\"", "attachment; filename=\"\""}, false},
	{"Content-Encoding", "Codings the body has been put through.", []string{"gzip", "br", "zstd", "deflate", "identity"}, false},
	{"Content-Language", "Natural language of the body.", nil, false},
	{"Content-Length", "Size of the body in bytes. It is computed; write it only to test a server.", nil, false},
	{"Content-Location", "Where the body's content can be found by itself.", nil, false},
	{"Content-MD5", "Base64 of the MD5 of the body. Obsolete.", nil, false},
	{"Content-Range", "Which part of the whole the body holds: `bytes 0-499/1234`.", nil, false},
	{"Content-Type", "Media type of the body.", mediaTypes, false},
	{"Cookie", "Cookies the client sends back: `name=value; name2=value2`.", nil, false},
	{"DNT", "Asks not to be tracked. Obsolete.", []string{"1", "0"}, false},
	{"Date", "When the request was made.", nil, false},
	{"Depth", "WebDAV: how deep the method reaches into a collection.", []string{"0", "1", "infinity"}, false},
	{"Destination", "WebDAV: the target of COPY and MOVE.", nil, false},
	{"Expect", "What the server must confirm before the body is sent.", []string{"100-continue"}, false},
	{"Forwarded", "What proxies changed about the request: `for=192.0.2.60;proto=https`.", nil, false},
	{"From", "E-mail address of the person behind the client.", nil, false},
	{"Host", "Host and port that are asked; taken from the target unless written.", nil, false},
	{"Idempotency-Key", "A name for this operation, so that the server performs a repeated request once.", []string{"{{$uuid}}"}, false},
	{"If-Match", "Do it only if the resource has one of these entity tags.", []string{"*"}, false},
	{"If-Modified-Since", "Answer with the content only if it changed after this date.", nil, false},
	{"If-None-Match", "Do it only if the resource has none of these entity tags.", []string{"*"}, false},
	{"If-Range", "Send the range only if the resource is unchanged, else all of it.", nil, false},
	{"If-Unmodified-Since", "Do it only if the resource has not changed since this date.", nil, false},
	{"Keep-Alive", "How long an idle connection should stay; HTTP/1.1 only.", nil, false},
	{"Last-Event-ID", "Server-sent events: the last event that was received.", nil, false},
	{"Link", "Links to related resources (RFC 8288).", nil, false},
	{"Max-Forwards", "How many more proxies may pass TRACE or OPTIONS on.", nil, false},
	{"Origin", "Scheme, host and port of the page that makes the request.", nil, false},
	{"Overwrite", "WebDAV: whether COPY and MOVE may replace the destination.", []string{"T", "F"}, false},
	{"Pragma", "Cache control of HTTP/1.0.", []string{"no-cache"}, false},
	{"Prefer", "How the client would like the request to be handled (RFC 7240).", []string{"return=minimal", "return=representation", "respond-async", "wait=10", "handling=strict", "handling=lenient"}, false},
	{"Priority", "How urgent the answer is (RFC 9218).", []string{"u=0", "u=3", "u=7", "i"}, false},
	{"Proxy-Authorization", "Proof of who is asking, for the proxy.", authSchemes, true},
	{"Range", "Which part of the resource to send.", []string{"bytes=0-1023", "bytes=-500"}, false},
	{"Referer", "Address of the page the request comes from.", nil, false},
	{"SOAPAction", "Which operation a SOAP 1.1 message asks for.", nil, false},
	{"Sec-Fetch-Dest", "What a browser wants the answer for.", []string{"document", "empty", "image", "script"}, false},
	{"Sec-Fetch-Mode", "How a browser makes the request.", []string{"cors", "navigate", "no-cors", "same-origin", "websocket"}, false},
	{"Sec-Fetch-Site", "How the asking page relates to the target.", []string{"cross-site", "none", "same-origin", "same-site"}, false},
	{"Sec-WebSocket-Protocol", "Sub-protocols the client speaks, best first.", nil, false},
	{"TE", "Transfer codings the client takes.", []string{"trailers"}, false},
	{"Trailer", "Header fields that will follow the body.", nil, false},
	{"Transfer-Encoding", "How the body is framed on this hop.", []string{"chunked", "gzip"}, false},
	{"Upgrade", "Another protocol the client would like to switch to.", []string{"websocket", "h2c"}, false},
	{"Upgrade-Insecure-Requests", "Says that the client prefers https.", []string{"1"}, false},
	{"User-Agent", "Name and version of the client.", nil, false},
	{"Via", "The proxies the request came through.", nil, false},
	{"Want-Digest", "Which digests of the body the client would like.", []string{"sha-256", "sha-512"}, false},
	{"X-API-Key", "An API key. Put a secret reference here, not the key.", nil, true},
	{"X-Amz-Date", "AWS: when the request was signed.", nil, false},
	{"X-Amz-Security-Token", "AWS: the session token of temporary credentials.", nil, true},
	{"X-Amz-Target", "AWS: the operation of a JSON-protocol service.", nil, false},
	{"X-Auth-Token", "A token, as OpenStack and others take it. Put a secret reference here.", nil, true},
	{"X-CSRF-Token", "Token against cross-site request forgery.", nil, true},
	{"X-Correlation-ID", "A name for the operation across services.", []string{"{{$uuid}}"}, false},
	{"X-Forwarded-For", "Address of the client as a proxy saw it.", nil, false},
	{"X-Forwarded-Host", "Host the client asked for, before a proxy.", nil, false},
	{"X-Forwarded-Proto", "Scheme the client used, before a proxy.", []string{"https", "http"}, false},
	{"X-HTTP-Method-Override", "The method the server should act on, where only POST gets through.", []string{"PUT", "PATCH", "DELETE"}, false},
	{"X-Request-ID", "A name for this request in logs.", []string{"{{$uuid}}"}, false},
	{"X-Requested-With", "Says that a script made the request.", []string{"XMLHttpRequest"}, false},
	{"X-Vault-Namespace", "Vault: the namespace the request is for.", nil, false},
	{"X-Vault-Token", "Vault: the token. Put a secret reference here, not the token.", nil, true},
	{"traceparent", "W3C Trace Context: version, trace id, parent id, flags.", nil, false},
	{"tracestate", "W3C Trace Context: what each tracing vendor adds.", nil, false},
}

// mediaTypes are offered as values of Content-Type and Accept, most used first.
var mediaTypes = []string{
	"application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=boundary",
	"text/plain", "text/html", "application/xml", "text/xml", "text/csv", "text/markdown",
	"application/octet-stream", "application/graphql", "application/graphql-response+json",
	"application/problem+json", "application/json-patch+json", "application/merge-patch+json",
	"application/ld+json", "application/hal+json", "application/vnd.api+json", "application/x-ndjson",
	"application/yaml", "application/soap+xml", "application/pdf", "application/zip",
	"application/grpc", "application/cbor", "application/msgpack", "application/protobuf",
	"application/javascript", "text/css", "text/event-stream", "multipart/mixed; boundary=boundary",
	"image/png", "image/jpeg", "image/svg+xml", "*/*",
}

// authSchemes are offered as the beginning of Authorization.
var authSchemes = []string{"Bearer ", "Basic ", "Digest ", "ApiKey ", "Token ", "AWS4-HMAC-SHA256 ", "DPoP ", "Negotiate "}

// schemeDocs explain the authentication schemes.
var schemeDocs = map[string]string{
	"Bearer ":           "A token: `Bearer {{$vault path=app/api key=token}}` (RFC 6750).",
	"Basic ":            "User name and password, as `user:password` in base64 (RFC 7617).",
	"Digest ":           "Challenge and response with a hashed password (RFC 7616).",
	"ApiKey ":           "An API key, as Elasticsearch and others take it.",
	"Token ":            "A token, as Django REST framework and others take it.",
	"AWS4-HMAC-SHA256 ": "AWS Signature Version 4.",
	"DPoP ":             "A token bound to a key (RFC 9449).",
	"Negotiate ":        "Kerberos or NTLM (RFC 4559).",
}

// lookupHeader finds a header by name, upper and lower case being equal.
func lookupHeader(name string) (headerWord, bool) {
	for _, h := range headerWords {
		if strings.EqualFold(h.Name, name) {
			return h, true
		}
	}
	return headerWord{}, false
}
