package gcpfake

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// binding is one way to call a method over HTTP, from its annotation.
type binding struct {
	verb    string
	pattern *regexp.Regexp
	fields  []string // of the request, one a group of the pattern
	method  grpc.MethodDesc
}

// bindings reads the annotations google.api.http of the service.
// https://github.com/googleapis/googleapis/blob/master/google/api/http.proto
func bindings(t testing.TB) []binding {
	t.Helper()
	described := secretmanagerpb.File_google_cloud_secretmanager_v1_service_proto.Services().ByName("SecretManagerService")
	var all []binding
	for _, method := range secretmanagerpb.SecretManagerService_ServiceDesc.Methods {
		options := described.Methods().ByName(protoreflect.Name(method.MethodName)).Options()
		rule, _ := proto.GetExtension(options, annotations.E_Http).(*annotations.HttpRule)
		for _, r := range append([]*annotations.HttpRule{rule}, rule.GetAdditionalBindings()...) {
			if path := r.GetGet(); path != "" {
				all = append(all, compile(http.MethodGet, path, method))
			}
		}
	}
	if len(all) == 0 {
		t.Fatal("the service has no HTTP annotations")
	}
	return all
}

var variable = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{([a-z_]+)=([^}]+)\}`) })

// compile makes a pattern of a path template such as
// /v1/{name=projects/*/secrets/*}:access, in which * is one segment.
func compile(verb, path string, method grpc.MethodDesc) binding {
	b := binding{verb: verb, method: method}
	pattern := "^"
	rest := path
	for {
		at := variable().FindStringSubmatchIndex(rest)
		if at == nil {
			break
		}
		b.fields = append(b.fields, rest[at[2]:at[3]])
		pattern += regexp.QuoteMeta(rest[:at[0]]) + "(" + strings.ReplaceAll(regexp.QuoteMeta(rest[at[4]:at[5]]), `\*`, `[^/]+`) + ")"
		rest = rest[at[1]:]
	}
	b.pattern = regexp.MustCompile(pattern + regexp.QuoteMeta(rest) + "$")
	return b
}

// handleREST answers Secret Manager's calls over HTTP and JSON.
func (s *Server) handleREST(w http.ResponseWriter, r *http.Request) {
	for _, b := range s.rest {
		values := b.pattern.FindStringSubmatch(r.URL.Path)
		// A custom verb must not be taken for a part of the last segment.
		if values == nil || b.verb != r.Method || strings.Contains(values[len(values)-1][strings.LastIndexByte(values[len(values)-1], '/')+1:], ":") {
			continue
		}
		answer, err := s.invoke(r, b, values[1:])
		if err != nil {
			writeStatus(w, err)
			return
		}
		text, err := protojson.MarshalOptions{UseEnumNumbers: strings.Contains(r.URL.Query().Get("$alt"), "enum-encoding=int")}.Marshal(answer)
		if err != nil {
			writeStatus(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		_, _ = w.Write(text)
		return
	}
	http.NotFound(w, r)
}

// invoke calls a method as gRPC would.
func (s *Server) invoke(r *http.Request, b binding, values []string) (proto.Message, error) {
	headers := metadata.MD{":authority": {r.Host}, "x-transport": {"rest"}}
	for name, all := range r.Header {
		headers[strings.ToLower(name)] = all
	}
	decode := func(into any) error {
		message := into.(proto.Message).ProtoReflect()
		for i, field := range b.fields {
			message.Set(message.Descriptor().Fields().ByName(protoreflect.Name(field)), protoreflect.ValueOfString(values[i]))
		}
		return fillQuery(message, r.URL.Query())
	}
	answer, err := b.method.Handler(&service{server: s}, metadata.NewIncomingContext(r.Context(), headers), decode,
		func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			return s.intercept(ctx, request, info, handler)
		})
	if err != nil {
		return nil, err
	}
	return answer.(proto.Message), nil
}

// fillQuery puts query parameters into the fields of a request.
func fillQuery(message protoreflect.Message, query url.Values) error {
	fields := map[string]any{}
	for name, values := range query {
		if !strings.HasPrefix(name, "$") {
			fields[name] = values[0]
		}
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	other := message.New()
	if err := protojson.Unmarshal(text, other.Interface()); err != nil {
		return status.Error(codes.InvalidArgument, "Invalid JSON payload received.")
	}
	proto.Merge(message.Interface(), other.Interface())
	return nil
}

// writeStatus writes an error as https://google.aip.dev/193 shapes it for HTTP.
func writeStatus(w http.ResponseWriter, err error) {
	failed := status.Convert(err)
	httpCode := map[codes.Code]int{
		codes.InvalidArgument: 400, codes.FailedPrecondition: 400, codes.OutOfRange: 400, codes.Unauthenticated: 401,
		codes.PermissionDenied: 403, codes.NotFound: 404, codes.AlreadyExists: 409, codes.Aborted: 409,
		codes.ResourceExhausted: 429, codes.Canceled: 499, codes.Unimplemented: 501, codes.Unavailable: 503, codes.DeadlineExceeded: 504,
	}[failed.Code()]
	if httpCode == 0 {
		httpCode = 500
	}
	details := []json.RawMessage{}
	for _, detail := range failed.Proto().GetDetails() {
		text, err := protojson.Marshal(detail)
		if err == nil {
			details = append(details, text)
		}
	}
	writeJSON(w, httpCode, map[string]any{"error": map[string]any{
		"code": httpCode, "message": failed.Message(), "status": canonical(failed.Code()), "details": details,
	}})
}

// canonical is the name of a code as JSON has it: NOT_FOUND.
func canonical(code codes.Code) string {
	return strings.ToUpper(regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(code.String(), "${1}_$2"))
}
