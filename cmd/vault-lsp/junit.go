package main

import (
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/request"
)

// junitReport collects the outcome of requests for `--report junit=FILE`, in
// the form that CI servers read: a test case a request and one an assertion.
type junitReport struct{ cases []junitCase }

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Seconds string        `xml:"time,attr"`
	Failure *junitFailure `xml:"failure,omitempty"`
	Error   *junitFailure `xml:"error,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Cases    []junitCase `xml:"testcase"`
}

func (j *junitReport) add(src *source, r *parser.Request, response *request.Response, err error) {
	c := junitCase{Name: src.title(r), Class: src.path, Seconds: "0"}
	if err != nil {
		c.Error = &junitFailure{Message: err.Error()}
		j.cases = append(j.cases, c)
		return
	}
	c.Seconds = fmt.Sprintf("%.3f", response.Timings.Total/1000)
	j.cases = append(j.cases, c)
	for _, t := range response.Tests {
		assertion := junitCase{Name: src.title(r) + ": " + t.Name, Class: src.path, Seconds: "0"}
		if !t.Passed {
			assertion.Failure = &junitFailure{Message: t.Message}
		}
		j.cases = append(j.cases, assertion)
	}
}

// reportPath returns the file that --report names.
func reportPath(flag string) (string, error) {
	format, path, _ := strings.Cut(flag, "=")
	if format != "junit" || path == "" {
		return "", fmt.Errorf("--report %s: write it as junit=FILE", flag)
	}
	return path, nil
}

// write writes the report to the file that the flag names.
func (j *junitReport) write(flag, name string) error {
	path, err := reportPath(flag)
	if err != nil {
		return usage(err)
	}
	suite := junitSuite{Name: name, Tests: len(j.cases), Cases: j.cases}
	for _, c := range j.cases {
		if c.Failure != nil {
			suite.Failures++
		}
		if c.Error != nil {
			suite.Errors++
		}
	}
	b, err := xml.MarshalIndent(suite, "", "  ")
	if err != nil {
		return usage(fmt.Errorf("write the report: %w", err))
	}
	return writeFile(path, append([]byte(xml.Header), append(b, '\n')...))
}
