package lsp

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"go.lsp.dev/protocol"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/request"
	"github.com/vault-lsp/vault-lsp/secret"
)

// senders holds the sender for the current settings.
type senders struct {
	options request.Options

	mu      sync.Mutex
	current *request.Sender
}

// configure makes a sender for the settings. Sends that run keep theirs.
func (h *senders) configure(settings Settings) {
	options := h.options
	if settings.RequestTimeout > 0 {
		options.Timeout = settings.RequestTimeout
	}
	if settings.MaxBodySize > 0 {
		options.MaxBodySize = settings.MaxBodySize
	}
	options.KeepRedirects = options.KeepRedirects || !settings.FollowRedirects
	next := request.NewSender(options)
	h.mu.Lock()
	previous := h.current
	h.current = next
	h.mu.Unlock()
	if previous != nil {
		previous.Close()
	}
}

func (h *senders) sender() *request.Sender {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.current
}

// sendAllResult is the result of sendAll.
type sendAllResult struct {
	// Responses hold a *request.Response or a failedRequest each.
	Responses []any   `json:"responses"`
	Summary   summary `json:"summary"`
}

type summary struct {
	Total  int `json:"total"`
	Sent   int `json:"sent"`
	Failed int `json:"failed"`
}

// failedRequest stands in the place of a response that did not come.
type failedRequest struct {
	Request requestName `json:"request"`
	Error   *Failure    `json:"error"`
}

type requestName struct {
	Name   string `json:"name,omitempty"`
	Method string `json:"method"`
}

// sendRequest sends one request as it was when the command arrived.
func (s *session) sendRequest(ctx context.Context, inv invocation, args sendRequestArgs) (*request.Response, error) {
	doc, err := inv.snap.open(args.URI)
	if err != nil {
		return nil, err
	}
	if args.Version != nil && *args.Version != doc.Version {
		return nil, protocol.ErrContentModified
	}
	req, err := s.find(doc, args.Position, args.Name)
	if err != nil {
		return nil, err
	}
	ctx, progress, end := s.beginProgress(ctx, inv.token, "Sending "+title(req))
	defer end()
	plan, err := s.plan(inv.snap, doc, req, args.Environment)
	if err != nil {
		return nil, err
	}
	response, err := s.senders.sender().Send(ctx, plan, s.call(inv.snap, doc, progress, nil))
	if err != nil {
		return nil, s.sendFailure(doc, plan, err)
	}
	return response, nil
}

// sendAll sends every request of the document that can be sent.
func (s *session) sendAll(ctx context.Context, inv invocation, args sendAllArgs) (*sendAllResult, error) {
	doc, err := inv.snap.open(args.URI)
	if err != nil {
		return nil, err
	}
	ctx, progress, end := s.beginProgress(ctx, inv.token, "Sending "+filepath.Base(doc.Path()))
	defer end()
	requests := runnable(doc.File)
	plans := make([]*request.Plan, len(requests))
	failures := make([]error, len(requests))
	var authorize []*request.Plan
	for i, req := range requests {
		if plans[i], failures[i] = s.plan(inv.snap, doc, req, args.Environment); failures[i] == nil {
			authorize = append(authorize, plans[i])
		}
	}
	call := s.call(inv.snap, doc, progress, request.NewGrants())
	sender := s.senders.sender()
	if err := sender.Authorize(ctx, authorize, call); err != nil {
		return nil, s.sendFailure(doc, nil, err)
	}
	result := &sendAllResult{Responses: []any{}, Summary: summary{Total: len(requests)}}
	for i, req := range requests {
		progress.report(fmt.Sprintf("%d of %d: %s", i+1, len(requests), title(req)))
		var response *request.Response
		if failures[i] == nil {
			if response, err = sender.Send(ctx, plans[i], call); err != nil {
				failures[i] = s.sendFailure(doc, plans[i], err)
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if failures[i] != nil {
			result.Summary.Failed++
			result.Responses = append(result.Responses, failedRequest{
				Request: requestName{Name: req.Name, Method: req.Method}, Error: asFailure(failures[i]),
			})
			continue
		}
		result.Summary.Sent++
		result.Responses = append(result.Responses, response)
	}
	return result, nil
}

// runnable returns the requests of a file that can be sent.
func runnable(file *parser.File) []*parser.Request {
	var requests []*parser.Request
	for _, block := range file.Blocks {
		if block.Request != nil && block.Request.Runnable {
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
	all := runnable(doc.File)
	if name == "" {
		if len(all) == 1 {
			return all[0], nil
		}
		return nil, &Failure{
			Code: "no-such-request", Message: fmt.Sprintf("the file has %d requests that can be sent", len(all)),
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
	var block *parser.Block
	for _, b := range doc.File.Blocks {
		if b.Span.Start > offset {
			break
		}
		block = b
	}
	if block == nil || block.Request == nil || !block.Request.Runnable {
		return nil, &Failure{
			Code: "no-such-request", Message: fmt.Sprintf("there is no request that can be sent at line %d", position.Line+1),
			Hint: "put the cursor into a request",
		}
	}
	return block.Request, nil
}

// plan builds a request for the environment: the given one, else the selected
// one.
func (s *session) plan(snap *Snapshot, doc *Document, req *parser.Request, environment *string) (*request.Plan, error) {
	name := snap.Environment(doc)
	if environment != nil {
		name = *environment
	}
	envs := s.environmentsOf(snap, doc)
	if err := knownEnvironment(envs, name); err != nil {
		return nil, err
	}
	sources := request.Sources{}
	if path := doc.Path(); path != "" {
		sources.Workspace, sources.Dir = snap.Root(path), filepath.Dir(path)
	}
	plan, problems := request.Build(doc.File, req, s.scope(snap, doc, envs, name), sources)
	if problem := request.ProblemError(problems); problem != nil {
		return nil, s.sendFailure(doc, nil, problem)
	}
	return plan, nil
}

// knownEnvironment refuses an environment that no file defines; none is fine.
func knownEnvironment(envs *env.Environments, name string) error {
	names := envs.Names()
	if name == "" {
		return nil
	}
	for _, known := range names {
		if known == name {
			return nil
		}
	}
	hint := "there are no environments: add http-client.env.json beside the file"
	if len(names) > 0 {
		hint = "the environments are: " + strings.Join(names, ", ")
	}
	return &Failure{Code: "unknown-environment", Message: fmt.Sprintf("there is no environment %q", name), Hint: hint}
}

// call is how requests of the document are sent for this client.
func (s *session) call(snap *Snapshot, doc *Document, progress *progressReport, grants *request.Grants) request.Call {
	call := request.Call{Progress: progress.report, Grants: grants}
	if path := doc.Path(); path != "" {
		call.Workspace = snap.Root(path)
	}
	if s.caps.ask {
		call.Ask = s.askDestination
	}
	return call
}

// The answers to the question whether secrets may go to an origin.
const (
	answerOnce   = "Allow once"
	answerAlways = "Always"
	answerDeny   = "Deny"
)

// askDestination asks the user whether secrets may go to an origin. Closing the
// question denies.
func (s *session) askDestination(ctx context.Context, q request.Question) (request.Answer, error) {
	chosen, err := s.ask(ctx, questionText(q), answerOnce, answerAlways, answerDeny)
	if err != nil {
		return request.Deny, err
	}
	switch chosen {
	case answerOnce:
		return request.AllowOnce, nil
	case answerAlways:
		return request.Always, nil
	default:
		return request.Deny, nil
	}
}

// questionText lists everything that would go to the origin.
func questionText(q request.Question) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Send secrets to %s?", q.Origin)
	if q.RedirectFrom != "" {
		fmt.Fprintf(&b, " %s redirects there.", q.RedirectFrom)
	}
	for _, item := range q.Items {
		fmt.Fprintf(&b, "\n%s in %s", item.Reference, item.In)
		if item.Credential != "" {
			fmt.Fprintf(&b, ", credential %s", item.Credential)
		}
	}
	return b.String()
}

// sendFailure turns an error of package request into the one for the client. A
// vault that is locked can be unlocked by the commands in its data.
func (s *session) sendFailure(doc *Document, plan *request.Plan, err error) error {
	var failed *request.Error
	if !errors.As(err, &failed) {
		return err
	}
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	failure := &Failure{Code: failed.Code, Message: s.mask(failed.Message), Hint: s.mask(failed.Hint)}
	if failed.Span != nil {
		r := s.toRange(doc, *failed.Span)
		failure.Range = &r
	}
	if failed.Code == codeLocked && plan != nil {
		s.offerUnlock(failure, plan)
	}
	return failure
}

// offerUnlock adds to a failure how to unlock the first vault of the plan that
// can be.
func (s *session) offerUnlock(failure *Failure, plan *request.Plan) {
	for _, use := range plan.Uses {
		if use.Ref != nil && use.Ref.Provider() == secret.Local {
			s.expectUnlock(failure, use.Ref.Provider(), use.Ref.Get("credential"))
			return
		}
	}
}

// asFailure is the error of one request among several.
func asFailure(err error) *Failure {
	var failure *Failure
	if errors.As(err, &failure) {
		return failure
	}
	return &Failure{Code: "failed", Message: err.Error()}
}
