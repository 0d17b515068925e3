package lsp

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"go.lsp.dev/protocol"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/request"
)

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
	prompts := s.newPrompting(doc)
	plan, err := s.plan(inv.snap, doc, req, args.Environment, prompts)
	if err != nil {
		return nil, err
	}
	if err := s.promptFailure(prompts); err != nil {
		return nil, err
	}
	prompts.spend()
	response, err := s.senders.sender().Send(ctx, plan, s.call(inv.snap, doc, progress, nil))
	if err != nil {
		return nil, s.sendFailure(doc, plan, err)
	}
	return response, nil
}

// sendAll sends every request of the document; one with a mistake counts as
// failed. It asks to sign in with a credential once.
func (s *session) sendAll(ctx context.Context, inv invocation, args sendAllArgs) (*sendAllResult, error) {
	doc, err := inv.snap.open(args.URI)
	if err != nil {
		return nil, err
	}
	ctx, progress, end := s.beginProgress(ctx, inv.token, "Sending "+filepath.Base(doc.Path()))
	defer end()
	requests := requests(doc.File)
	plans := make([]*request.Plan, len(requests))
	failures := make([]error, len(requests))
	var authorize []*request.Plan
	prompts := s.newPrompting(doc)
	for i, req := range requests {
		if plans[i], failures[i] = s.plan(inv.snap, doc, req, args.Environment, prompts); failures[i] == nil {
			authorize = append(authorize, plans[i])
		}
	}
	if err := s.promptFailure(prompts); err != nil {
		return nil, err
	}
	prompts.spend()
	ctx = withSignInsAskedOnce(ctx)
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
			// What the user has to enter first is worth a second try, which is
			// only safe while nothing has been sent.
			if refused := asFailure(failures[i]); len(refused.Needs) > 0 && result.Summary.Sent == 0 {
				return nil, refused
			}
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

// plan builds a request for the environment: the given one, else the selected
// one. Where only answers to prompts are missing, the plan is nil without an
// error, and prompts knows them.
func (s *session) plan(snap *Snapshot, doc *Document, req *parser.Request, environment *string, prompts *prompting) (*request.Plan, error) {
	name := snap.Environment(doc)
	if environment != nil {
		name = *environment
	}
	envs := s.environmentsOf(snap, doc)
	if err := knownEnvironment(envs, name); err != nil {
		return nil, err
	}
	sources := request.Sources{Answer: prompts.answer}
	sources.Workspace, sources.Dir = snap.Folders(doc)
	plan, problems := request.Build(doc.File, req, s.scope(snap, doc, envs, name), sources)
	if missing := request.Unanswered(problems); len(missing) > 0 {
		prompts.miss(missing)
		return nil, nil
	}
	if problem := request.ProblemError(problems); problem != nil {
		return nil, s.sendFailure(doc, nil, problem)
	}
	return plan, nil
}

// call is how requests of the document are sent for this client.
func (s *session) call(snap *Snapshot, doc *Document, progress *progressReport, grants *request.Grants) request.Call {
	call := request.Call{Progress: progress.report, Grants: grants}
	call.Workspace, _ = snap.Folders(doc)
	if s.caps.ask {
		call.Ask = s.askDestination
	}
	return call
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
	var refused *Failure
	if errors.As(err, &refused) {
		failure.Needs, failure.Prompts, failure.Input, failure.Action = refused.Needs, refused.Prompts, refused.Input, refused.Action
	}
	if failed.Code == codeLocked && plan != nil && failure.Needs == nil {
		s.offerUnlock(failure, plan, failed.Span)
	}
	return failure
}

// offerUnlock adds to a failure how to unlock what the reference at span needs.
func (s *session) offerUnlock(failure *Failure, plan *request.Plan, span *text.Span) {
	for _, use := range plan.Uses {
		if use.Ref != nil && span != nil && use.Span == *span {
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
