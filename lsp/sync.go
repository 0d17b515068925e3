package lsp

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// didChangeParams are the parameters of textDocument/didChange. The library's
// type reads `"range": null` as an insertion at the file's begin; here it is
// what it means, the whole file.
type didChangeParams struct {
	TextDocument   protocol.VersionedTextDocumentIdentifier `json:"textDocument"`
	ContentChanges []contentChange                          `json:"contentChanges"`
}

type contentChange struct {
	Range *protocol.Range `json:"range"`
	Text  *string         `json:"text"`
}

// didOpenParams are the parameters of textDocument/didOpen. The library's type
// reads anything as a URI and forgets how the client spelled it.
type didOpenParams struct {
	TextDocument struct {
		URI        string `json:"uri"`
		LanguageID string `json:"languageId"`
		Version    int32  `json:"version"`
		Text       string `json:"text"`
	} `json:"textDocument"`
}

func (s *session) didOpen(_ context.Context, p *didOpenParams) error {
	if scheme, _, found := strings.Cut(p.TextDocument.URI, ":"); !found || scheme == "" {
		return errors.New("opening a document whose URI has no scheme")
	}
	// What the session keeps must not hold on to the message it came in.
	u := uri.URI(strings.Clone(p.TextDocument.URI))
	doc := newDocument(u, p.TextDocument.Version, p.TextDocument.LanguageID, strings.Clone(p.TextDocument.Text))
	s.update(func(next *Snapshot) { next.documents[canonical(u)] = doc })
	s.diagnostics.schedule(u, 0)
	return nil
}

func (s *session) didChange(_ context.Context, p *didChangeParams) error {
	doc := s.snapshot().Document(p.TextDocument.URI)
	if doc == nil {
		return errors.New("change of a document that is not open")
	}
	if p.TextDocument.Version <= doc.Version {
		return fmt.Errorf("change to version %d of a document at version %d", p.TextDocument.Version, doc.Version)
	}
	src, err := s.applyChanges(doc, p.ContentChanges)
	if err != nil {
		return err
	}
	next := doc.revised(p.TextDocument.Version, src)
	s.update(func(snap *Snapshot) { snap.documents[canonical(doc.URI)] = next })
	s.diagnostics.schedule(doc.URI, diagnosticsDelay)
	return nil
}

func (s *session) didClose(_ context.Context, p *protocol.DidCloseTextDocumentParams) error {
	doc := s.snapshot().Document(p.TextDocument.URI)
	if doc == nil {
		return errors.New("close of a document that is not open")
	}
	s.update(func(next *Snapshot) { delete(next.documents, canonical(doc.URI)) })
	s.diagnostics.schedule(doc.URI, 0)
	return nil
}

// didSave looks at the environment files again: the saved file may be one.
func (s *session) didSave(context.Context, *protocol.DidSaveTextDocumentParams) error {
	s.environments.forget()
	s.diagnoseAll(diagnosticsDelay)
	return nil
}

// applyChanges returns the document's text after the changes, each of which
// refers to the text that the one before it left.
func (s *session) applyChanges(doc *Document, changes []contentChange) (string, error) {
	src, mapper := doc.File.Src, doc.Mapper
	for i, change := range changes {
		if change.Text == nil {
			return "", fmt.Errorf("change %d of %d has no text", i+1, len(changes))
		}
		if mapper == nil {
			mapper = text.NewMapper(src)
		}
		if change.Range == nil {
			src = strings.Clone(*change.Text)
		} else {
			span := s.lenientSpan(mapper, len(src), *change.Range)
			src = src[:span.Start] + *change.Text + src[span.End:]
		}
		mapper = nil
	}
	return src, nil
}

// lenientSpan is the span of a range in an edit. A position behind the last
// line means the end of the file and a range whose ends are swapped is put in
// order, which is how editors' own libraries read them: refusing the edit would
// leave the server with another text than the editor's.
func (s *session) lenientSpan(m *text.Mapper, size int, r protocol.Range) text.Span {
	offset := func(p protocol.Position) int {
		at, err := m.Offset(fromPosition(p), s.caps.encoding)
		if err != nil {
			s.log.Warn("edit behind the end of the document", zap.Uint32("line", p.Line))
			return size
		}
		return at
	}
	span := text.Span{Start: offset(r.Start), End: offset(r.End)}
	if span.Start > span.End {
		span.Start, span.End = span.End, span.Start
	}
	return span
}
