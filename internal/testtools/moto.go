package testtools

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// MotoServer is moto, an independent implementation of AWS, that belongs to one
// test. It verifies signatures and IAM policies as AWS does.
type MotoServer struct {
	// Endpoint is the base address of every service.
	Endpoint string
	// Admin may do everything.
	Admin MotoKey

	tb      testing.TB
	process *process
}

// MotoKey is an access key of a user.
type MotoKey struct{ AccessKeyID, SecretAccessKey string }

// Botocore returns the Python that has botocore, on which the AWS CLI is
// built: what the CLI reads and writes in ~/.aws is its work.
func Botocore(tb testing.TB) string {
	tb.Helper()
	python := command(tb, "/usr/bin/python3", "python3")
	if exec.Command(python, "-c", "import botocore.tokens").Run() != nil {
		Missing(tb, "botocore (Debian package python3-botocore)")
	}
	return python
}

// motoAll is a policy that allows everything.
const motoAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// Moto starts a server for the test and ends it with the test.
func Moto(tb testing.TB) *MotoServer {
	tb.Helper()
	command := exec.Command(installed(tb, "moto", "moto", "moto"), "-H", "127.0.0.1", "-p", "0")
	// Checks are on after as many calls; User opens them for its own.
	command.Env = append(os.Environ(), "INITIAL_NO_AUTH_ACTION_COUNT=0", "MOTO_ENABLE_ISO_REGIONS=true")
	s := &MotoServer{tb: tb, process: start(tb, command)}
	s.Endpoint = strings.TrimSpace(s.process.awaitLine(tb, " * Running on "))
	s.Admin = s.User("admin", motoAll)
	return s
}

// Unchecked lets the next calls through whoever has signed them, which moto
// wants for calls that nobody signs, such as AssumeRoleWithWebIdentity.
func (s *MotoServer) Unchecked(calls int) {
	s.tb.Helper()
	s.post("/moto-api/reset-auth", strconv.Itoa(calls), "")
}

// User makes a user with an access key and one policy, a JSON document. No
// other call may run at the same time: it would be let through unchecked.
func (s *MotoServer) User(name, policy string) MotoKey {
	s.tb.Helper()
	s.Unchecked(3)
	s.iam("CreateUser", "UserName", name)
	answer := s.iam("CreateAccessKey", "UserName", name)
	s.iam("PutUserPolicy", "UserName", name, "PolicyName", "policy", "PolicyDocument", policy)
	return MotoKey{AccessKeyID: s.element(answer, "AccessKeyId"), SecretAccessKey: s.element(answer, "SecretAccessKey")}
}

// Role makes a role that any identity of the account may assume, with one
// policy, and returns its ARN. No other call may run at the same time.
func (s *MotoServer) Role(name, policy string) string {
	s.tb.Helper()
	s.Unchecked(2)
	answer := s.iam("CreateRole", "RoleName", name, "AssumeRolePolicyDocument",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`)
	s.iam("PutRolePolicy", "RoleName", name, "PolicyName", "policy", "PolicyDocument", policy)
	return s.element(answer, "Arn")
}

// iam calls an action of IAM with pairs of parameters.
func (s *MotoServer) iam(action string, pairs ...string) string {
	s.tb.Helper()
	form := url.Values{"Action": {action}, "Version": {"2010-05-08"}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return s.post("/", form.Encode(), "iam")
}

// element returns the text of an element of an answer in XML.
func (s *MotoServer) element(answer, name string) string {
	s.tb.Helper()
	m := regexp.MustCompile("<" + name + ">([^<]*)</" + name + ">").FindStringSubmatch(answer)
	if m == nil {
		s.tb.Fatalf("moto: no %s in the answer:\n%s", name, answer)
	}
	return m[1]
}

func (s *MotoServer) post(path, body, service string) string {
	s.tb.Helper()
	// Not the test's context: the calls of a Cleanup come after it has ended.
	request, err := http.NewRequest(http.MethodPost, s.Endpoint+path, strings.NewReader(body))
	if err != nil {
		s.tb.Fatalf("moto: %s: %v", path, err)
	}
	if service != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		// Which service is meant stands in the scope of the signature.
		request.Header.Set("Authorization", fmt.Sprintf(
			"AWS4-HMAC-SHA256 Credential=AKIAUNCHECKED/20260101/us-east-1/%s/aws4_request, SignedHeaders=host, Signature=none", service))
	}
	response, err := (&http.Client{Timeout: startTimeout}).Do(request)
	if err != nil {
		s.tb.Fatalf("moto: %s: %v", path, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		s.tb.Fatalf("moto: %s answered %s, %v:\n%s", path, response.Status, err, answer)
	}
	return string(answer)
}
