package hcp

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The organization and project that the fake has at first.
const (
	testOrganization = "11eb3a47-8920-4714-ba99-0242ac120002"
	testProject      = "22fc4b58-8920-4714-ba99-0242ac120003"
	testClientID     = "Zk3pYd0ymIbkFJPE"
	testSecret       = "client-secret-4b7e0d"
)

// fake is HCP Vault Secrets as hcp-sdk-go v0.175.0 describes it: the paths of
// its client packages, the JSON of its models, and errors as google.rpc.Status
// (models/googlerpc_status.go). Its identity service follows RFC 6749, sections
// 4.4 and 5, and wants the audience of config/tokensource.go. TestOfficialClient
// holds it to that client.
type fake struct {
	*httptest.Server
	caFile string

	mu            sync.Mutex
	principals    map[string]string // client id to secret
	denied        map[string]bool   // client ids that may not read secrets
	noList        map[string]bool   // client ids that may not list
	tokens        map[string]string // access token to client id
	minted        int
	life          int // seconds that a token lives; 0 leaves the field out
	organizations []place
	projects      map[string][]place // by organization
	apps          map[string]map[string][]*fakeSecret
	requests      []string
	// answer, if set, may answer in place of the fake.
	answer func(w http.ResponseWriter, r *http.Request) bool
}

// fakeSecret is a secret with its versions, the oldest first.
type fakeSecret struct {
	Name, Kind string
	Versions   []map[string]any
}

func newFake(t testing.TB) *fake {
	t.Helper()
	f := &fake{
		principals: map[string]string{testClientID: testSecret},
		denied:     map[string]bool{}, noList: map[string]bool{}, tokens: map[string]string{}, life: 3600,
		organizations: []place{{ID: testOrganization, Name: "Example Org"}},
		projects:      map[string][]place{testOrganization: {{ID: testProject, Name: "default project"}}},
		apps:          map[string]map[string][]*fakeSecret{testProject: {"web": nil}},
	}
	f.Server = httptest.NewTLSServer(f)
	t.Cleanup(f.Close)
	f.caFile = filepath.Join(t.TempDir(), "ca.pem")
	encoded := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: f.Certificate().Raw})
	if err := os.WriteFile(f.caFile, encoded, 0o600); err != nil {
		t.Fatal(err)
	}
	return f
}

// ServeHTTP answers one request.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	answer := f.answer
	f.requests = append(f.requests, r.Method+" "+r.URL.RequestURI())
	f.mu.Unlock()
	if answer != nil && answer(w, r) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.URL.Path == tokenPath {
		f.token(w, r)
		return
	}
	client, ok := f.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	if !ok {
		status(w, http.StatusUnauthorized, 16, "the token is not valid")
		return
	}
	f.route(w, r, client)
}

// token is RFC 6749's token endpoint; the client may be named in the form or by
// Basic authentication, both of which section 2.3.1 allows.
func (f *fake) token(w http.ResponseWriter, r *http.Request) {
	id, secret, ok := r.BasicAuth()
	if !ok {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.Method != http.MethodPost || r.PostFormValue("grant_type") != "client_credentials":
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprint(w, `{"error":"unsupported_grant_type"}`)
	case r.PostFormValue("audience") != defaultAudience:
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprint(w, `{"error":"invalid_request","error_description":"unknown audience"}`)
	case secret == "" || f.principals[id] != secret:
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = fmt.Fprintf(w, `{"error":"access_denied","error_description":"Unauthorized %s"}`, secret)
	default:
		f.minted++
		token := fmt.Sprintf("access-token-%d-of-%s", f.minted, id)
		f.tokens[token] = id
		answer := map[string]any{"access_token": token, "token_type": "Bearer"}
		if f.life > 0 {
			answer["expires_in"] = f.life
		}
		_ = json.NewEncoder(w).Encode(answer)
	}
}

// route answers the calls of the interface.
func (f *fake) route(w http.ResponseWriter, r *http.Request, client string) {
	var segments []string
	for segment := range strings.SplitSeq(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/") {
		segments = append(segments, segment)
	}
	switch joined := strings.Join(segments[:min(3, len(segments))], "/"); joined {
	case "iam/2019-12-10/caller-identity":
		reply(w, map[string]any{"principal": map[string]any{
			"id": "p", "type": "PRINCIPAL_TYPE_SERVICE", "service": map[string]any{"name": "ci-" + client},
		}})
	case "resource-manager/2019-12-10/organizations":
		listed(w, r, "organizations", f.organizations)
	case "resource-manager/2019-12-10/projects":
		if r.URL.Query().Get("scope.type") != "ORGANIZATION" {
			status(w, http.StatusBadRequest, 3, "scope.type")
			return
		}
		listed(w, r, "projects", f.projects[r.URL.Query().Get("scope.id")])
	case "secrets/2023-11-28/organizations":
		f.secrets(w, r, client, segments[3:])
	default:
		status(w, http.StatusNotFound, 5, "Not Found")
	}
}

// secrets answers below /secrets/2023-11-28/organizations.
func (f *fake) secrets(w http.ResponseWriter, r *http.Request, client string, at []string) {
	if len(at) < 4 || at[1] != "projects" || at[3] != "apps" {
		status(w, http.StatusNotFound, 5, "Not Found")
		return
	}
	apps, ok := f.apps[at[2]]
	if !ok || !slices.ContainsFunc(f.projects[at[0]], func(p place) bool { return p.ID == at[2] }) {
		status(w, http.StatusForbidden, 7, "no access to "+at[2])
		return
	}
	last, verb, _ := strings.Cut(at[len(at)-1], ":")
	at[len(at)-1] = last
	opens := verb == "open"
	if opens && f.denied[client] || !opens && f.noList[client] {
		status(w, http.StatusForbidden, 7, "permission denied")
		return
	}
	if len(at) == 4 {
		var list []map[string]any
		for name := range apps {
			list = append(list, map[string]any{"name": name, "description": "of " + name, "secret_count": len(apps[name])})
		}
		slices.SortFunc(list, func(a, b map[string]any) int { return strings.Compare(a["name"].(string), b["name"].(string)) })
		listed(w, r, "apps", list)
		return
	}
	app, ok := apps[at[4]]
	if !ok {
		status(w, http.StatusNotFound, 5, "app not found")
		return
	}
	f.secretsOf(w, r, app, at[5:], opens)
}

// secretsOf answers below …/apps/{app}.
func (f *fake) secretsOf(w http.ResponseWriter, r *http.Request, app []*fakeSecret, at []string, opens bool) {
	if len(at) == 1 && at[0] == "secrets" && !opens {
		var list []map[string]any
		for _, s := range app {
			if strings.Contains(s.Name, r.URL.Query().Get("name_contains")) {
				list = append(list, map[string]any{"name": s.Name, "type": s.Kind, "latest_version": len(s.Versions)})
			}
		}
		listed(w, r, "secrets", list)
		return
	}
	var found *fakeSecret
	if len(at) >= 2 {
		for _, s := range app {
			if s.Name == at[1] {
				found = s
			}
		}
	}
	if found == nil {
		status(w, http.StatusNotFound, 5, "secret not found")
		return
	}
	switch {
	case len(at) == 2 && opens:
		answer := found.open(len(found.Versions))
		answer["name"], answer["latest_version"] = found.Name, len(found.Versions)
		reply(w, map[string]any{"secret": answer})
	case len(at) == 4 && at[2] == "versions" && opens:
		number, err := strconv.Atoi(at[3])
		switch {
		case err != nil || found.Kind == "dynamic":
			status(w, http.StatusBadRequest, 3, "invalid version")
		case number < 1 || number > len(found.Versions):
			status(w, http.StatusNotFound, 5, "secret version not found")
		default:
			reply(w, found.open(number))
		}
	case len(at) == 3 && at[2] == "versions":
		var list []map[string]any
		for i, version := range found.Versions {
			list = append(list, map[string]any{"version": i + 1, "created_at": "2026-01-02T03:04:05Z", "revoked_at": version["revoked_at"]})
		}
		slices.Reverse(list)
		member := "static_versions"
		if found.Kind == "rotating" {
			member = "rotating_versions"
		}
		listedAs(w, r, list, func(page any) map[string]any {
			return map[string]any{"type": found.Kind, member: map[string]any{"versions": page}}
		})
	default:
		status(w, http.StatusNotFound, 5, "Not Found")
	}
}

// open is a version with its values under the member of its kind.
func (s *fakeSecret) open(number int) map[string]any {
	member := map[string]string{"kv": "static_version", "rotating": "rotating_version", "dynamic": "dynamic_instance"}[s.Kind]
	version := map[string]any{"created_at": "2026-01-02T03:04:05Z"}
	if s.Kind != "dynamic" {
		version["version"] = number
	}
	for name, value := range s.Versions[number-1] {
		// proto3 leaves empty texts out of its JSON.
		if value != "" {
			version[name] = value
		}
	}
	return map[string]any{"type": s.Kind, member: version}
}

// put adds a version of a secret.
func (f *fake) put(app, name, kind string, version map[string]any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	apps := f.apps[testProject]
	for _, s := range apps[app] {
		if s.Name == name {
			s.Versions = append(s.Versions, version)
			return
		}
	}
	apps[app] = append(apps[app], &fakeSecret{Name: name, Kind: kind, Versions: []map[string]any{version}})
}

// asked returns the requests since the last call.
func (f *fake) asked() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	requests := f.requests
	f.requests = nil
	return requests
}

// change runs work while no request is answered.
func (f *fake) change(work func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	work()
}

func reply(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// status is the error of the interface.
func status(w http.ResponseWriter, code, grpc int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{"code": grpc, "message": message, "details": []any{}})
}

// listed answers with one page of a list (models/common_pagination_request.go).
func listed[T any](w http.ResponseWriter, r *http.Request, member string, all []T) {
	listedAs(w, r, all, func(page any) map[string]any { return map[string]any{member: page} })
}

func listedAs[T any](w http.ResponseWriter, r *http.Request, all []T, wrap func(page any) map[string]any) {
	query := r.URL.Query()
	from, _ := strconv.Atoi(strings.TrimPrefix(query.Get("pagination.next_page_token"), "after-"))
	size, _ := strconv.Atoi(query.Get("pagination.page_size"))
	if size <= 0 || size > 100 {
		size = 10
	}
	from = min(from, len(all))
	to := min(from+size, len(all))
	answer := wrap(append([]T{}, all[from:to]...))
	pagination := map[string]any{}
	if to < len(all) {
		pagination["next_page_token"] = "after-" + strconv.Itoa(to)
	}
	answer["pagination"] = pagination
	reply(w, answer)
}

// fields are those of a profile for the fake.
func (f *fake) fields(more ...string) map[string]string {
	fields := map[string]string{"clientId": testClientID, "authUrl": f.URL, "apiUrl": f.URL, "caCert": f.caFile}
	for i := 0; i < len(more); i += 2 {
		fields[more[i]] = more[i+1]
	}
	return fields
}

// in gives a time from now as the interface writes it.
func in(d time.Duration) string { return time.Now().Add(d).UTC().Format(time.RFC3339Nano) }
