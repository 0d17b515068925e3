package lsp

import (
	"fmt"

	"go.lsp.dev/protocol"

	"github.com/vault-lsp/vault-lsp/parser"
)

// requests returns the requests of a file, those with mistakes among them: to
// send one says what the mistake is.
func requests(file *parser.File) []*parser.Request {
	var requests []*parser.Request
	for _, block := range file.Blocks {
		if block.Request != nil {
			requests = append(requests, block.Request)
		}
	}
	return requests
}

// title names a request in progress and questions.
func title(req *parser.Request) string {
	if req.Name != "" {
		return req.Method + " " + req.Name
	}
	return req.Method
}

// find returns the request at a position, of a name, or the only one.
func (s *session) find(doc *Document, position *protocol.Position, name string) (*parser.Request, error) {
	if position != nil && name != "" {
		return nil, invalidParams("give a position or a name, not both")
	}
	if position != nil {
		return s.findAt(doc, *position)
	}
	all := requests(doc.File)
	if name == "" {
		if len(all) == 1 {
			return all[0], nil
		}
		return nil, &Failure{
			Code: "no-such-request", Message: fmt.Sprintf("the file has %d requests", len(all)),
			Hint: "say which one, by position or by name",
		}
	}
	for _, req := range all {
		if req.Name == name {
			return req, nil
		}
	}
	return nil, &Failure{
		Code: "no-such-request", Message: fmt.Sprintf("the file has no request named %q", name),
		Hint: "name it with a line \"# @name " + name + "\" above the request",
	}
}

// findAt returns the request of the block that holds the position.
func (s *session) findAt(doc *Document, position protocol.Position) (*parser.Request, error) {
	offset, err := s.offset(doc, position)
	if err != nil {
		return nil, err
	}
	block := doc.File.BlockAt(offset)
	if block == nil || block.Request == nil {
		return nil, &Failure{
			Code: "no-such-request", Message: fmt.Sprintf("there is no request at line %d", position.Line+1),
			Hint: "put the cursor into a request",
		}
	}
	return block.Request, nil
}
