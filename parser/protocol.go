package parser

import "strings"

// protocolMethods are the methods that ask for another protocol.
var protocolMethods = map[string]Protocol{
	"GRAPHQL": ProtocolGraphQL, "GRPC": ProtocolGRPC, "WEBSOCKET": ProtocolWebSocket, "WS": ProtocolWebSocket,
	"WSS": ProtocolWebSocket, "SSE": ProtocolSSE, "MQTT": ProtocolMQTT, "AMQP": ProtocolAMQP,
}

// protocolSchemes are the beginnings of a target that ask for another protocol.
var protocolSchemes = []struct {
	begin    string
	protocol Protocol
}{
	{"ws://", ProtocolWebSocket},
	{"wss://", ProtocolWebSocket},
	{"grpc://", ProtocolGRPC},
	{"grpcs://", ProtocolGRPC},
	{"mqtt://", ProtocolMQTT},
	{"mqtts://", ProtocolMQTT},
	{"amqp://", ProtocolAMQP},
	{"amqps://", ProtocolAMQP},
	{"unix:/", ProtocolUnix},
}

// checkProtocol finds the request's protocol, and refuses the request if it is
// one that is not sent.
func (p *parser) checkProtocol() {
	r := p.request
	r.Protocol = protocolMethods[r.Method]
	if (r.Protocol == ProtocolHTTP || r.Protocol == ProtocolGraphQL) && len(r.Target.Parts) > 0 && r.Target.Parts[0].Expr == nil {
		target := r.Target.Parts[0].Span.Of(p.src)
		for _, scheme := range protocolSchemes {
			if len(target) >= len(scheme.begin) && strings.EqualFold(target[:len(scheme.begin)], scheme.begin) {
				r.Protocol = scheme.protocol
			}
		}
	}
	if r.Protocol == ProtocolHTTP || r.Protocol == ProtocolGraphQL {
		return
	}
	span := r.MethodSpan
	if span.IsEmpty() {
		span = r.LineSpan
	}
	p.refuse(CodeProtocolNotSent, "requests of the protocol "+protocolNames[r.Protocol]+" cannot be sent; write an HTTP request if the server takes one", span)
}

// protocolNames are the protocols' names in sentences.
var protocolNames = map[Protocol]string{
	ProtocolGRPC: "gRPC", ProtocolWebSocket: "WebSocket", ProtocolSSE: "server-sent events", ProtocolMQTT: "MQTT",
	ProtocolAMQP: "AMQP", ProtocolUnix: "HTTP over a Unix socket",
}
