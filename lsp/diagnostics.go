package lsp

import (
	"sync"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"github.com/vault-lsp/vault-lsp/analysis"
)

// diagnosticsDelay is how long the text must rest before it is diagnosed.
const diagnosticsDelay = 200 * time.Millisecond

// diagnosticsSource names us beside a diagnostic.
const diagnosticsSource = "vault-lsp"

// publisher decides when a document's diagnostics are computed and sends them,
// one document at a time, so that what was found last is what the editor shows.
type publisher struct {
	// publish computes and sends the diagnostics of one document.
	publish func(uri.URI)
	// spawn runs work on a goroutine, unless the session has ended.
	spawn func(work func()) bool

	mu sync.Mutex
	// timers are those that have not fired yet.
	timers map[uri.URI]*time.Timer
	closed bool

	// sending is held while publish runs.
	sending sync.Mutex
}

// schedule publishes the document's diagnostics after delay, unless it is
// scheduled again before that.
func (p *publisher) schedule(u uri.URI, delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	if t := p.timers[u]; t != nil {
		t.Stop()
	}
	if p.timers == nil {
		p.timers = make(map[uri.URI]*time.Timer)
	}
	var timer *time.Timer
	timer = time.AfterFunc(delay, func() {
		p.mu.Lock()
		if p.timers[u] == timer {
			delete(p.timers, u)
		}
		p.mu.Unlock()
		p.spawn(func() {
			p.sending.Lock()
			defer p.sending.Unlock()
			p.publish(u)
		})
	})
	p.timers[u] = timer
}

// close stops what is scheduled.
func (p *publisher) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, t := range p.timers {
		t.Stop()
	}
}

// diagnoseAll schedules every open document.
func (s *session) diagnoseAll(delay time.Duration) {
	if s.caps.pull {
		s.diagnostics.schedule(allPulled, delay)
	}
	for _, doc := range s.snapshot().Documents() {
		s.diagnostics.schedule(doc.URI, delay)
	}
}

// publishDiagnostics sends the diagnostics of a document as it is now; of one
// that is closed, none. A client that asks for them gets those of environment
// files only.
func (s *session) publishDiagnostics(u uri.URI) {
	defer func() {
		if r := recover(); r != nil {
			s.dispatch.logPanic(protocol.MethodTextDocumentPublishDiagnostics, r)
		}
	}()
	snap := s.snapshot()
	if s.caps.pull {
		if u == allPulled {
			s.refreshPulled()
		}
		s.publishEnvironments(snap)
		return
	}
	params := &protocol.PublishDiagnosticsParams{URI: u}
	if doc := snap.Document(u); doc != nil {
		params.Version = protocol.NewOptional(doc.Version)
		params.Diagnostics = s.diagnose(snap, doc)
		if now := s.snapshot().Document(u); now == nil || now.Version != doc.Version {
			// An edit came meanwhile and has scheduled its own.
			return
		}
	}
	if err := s.client.PublishDiagnostics(s.base, params); err != nil {
		s.log.Debug("publishing diagnostics", zap.Error(err))
	}
	s.publishEnvironments(snap)
}

// diagnose returns a document's diagnostics.
func (s *session) diagnose(snap *Snapshot, doc *Document) []protocol.Diagnostic {
	found := analysis.Diagnose(s.input(snap, doc))
	diagnostics := make([]protocol.Diagnostic, 0, len(found))
	for i := range found {
		diagnostics = append(diagnostics, s.toDiagnostic(snap, doc, &found[i]))
	}
	return diagnostics
}

// codeDescription links a code to its documentation.
func (s *session) codeDescription(code string) (d protocol.CodeDescription) {
	if s.caps.codeLinks {
		d.Href = uri.URI(analysis.CodeLink(code))
	}
	return d
}

// toDiagnostic converts a diagnostic.
func (s *session) toDiagnostic(snap *Snapshot, doc *Document, d *analysis.Diagnostic) protocol.Diagnostic {
	diagnostic := protocol.Diagnostic{
		Range:    s.toRange(doc, d.Span),
		Severity: protocol.DiagnosticSeverity(d.Severity),
		Code:     protocol.String(d.Code),
		Source:   protocol.NewOptional(diagnosticsSource),
		Message:  protocol.String(s.mask(d.Message)),
	}
	tags := make([]protocol.DiagnosticTag, 0, len(d.Tags))
	for _, tag := range d.Tags {
		tags = append(tags, protocol.DiagnosticTag(tag))
	}
	diagnostic.Tags = protocol.NewDiagnosticTags(tags...)
	diagnostic.CodeDescription = s.codeDescription(d.Code)
	if !s.caps.related {
		return diagnostic
	}
	for _, related := range d.Related {
		if location, ok := s.toLocation(snap, doc, related.Location); ok {
			diagnostic.RelatedInformation = append(diagnostic.RelatedInformation,
				protocol.DiagnosticRelatedInformation{Location: location, Message: s.mask(related.Message)})
		}
	}
	return diagnostic
}
