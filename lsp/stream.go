package lsp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/jsonrpc2"
)

// maxFrame is the longest message that is read, in bytes. A longer one is
// skipped: nothing that an editor sends comes near it.
const maxFrame = 256 << 20

// maxHeaderLine is how much of one header line is kept while looking for its
// Content-Length.
const maxHeaderLine = 64 << 10

// stream frames messages as the Language Server Protocol's base protocol does.
// The library's own stream ends the connection at the first byte it does not
// understand; this one answers what is malformed with an error and goes on at
// the next frame, so that one bad message does not cost the user a session.
type stream struct {
	// Stream writes; it is never read from.
	jsonrpc2.Stream
	in  *bufio.Reader
	buf []byte
	// report is told what was skipped, without its content.
	report func(problem string)
	// ended is called once reading has failed: the editor is gone.
	ended func(error)
}

// newStream returns a stream that reads in and writes out.
func newStream(in io.Reader, out io.Writer, report func(string), ended func(error)) *stream {
	return &stream{
		Stream: jsonrpc2.NewHeaderStream(writeOnly{out}),
		in:     bufio.NewReaderSize(in, maxHeaderLine),
		report: report,
		ended:  ended,
	}
}

// writeOnly is the connection that the library's stream writes to. Closing it
// leaves the caller's writer open: who opened it closes it.
type writeOnly struct{ io.Writer }

func (writeOnly) Read([]byte) (int, error) { return 0, io.EOF }
func (writeOnly) Close() error             { return nil }

// ReadFrame returns the body of the next well-formed message; it is valid until
// the next call. Together with WriteFrame it is what the library asks of a
// stream that hands out frames.
func (s *stream) ReadFrame(ctx context.Context) ([]byte, int64, error) {
	for {
		body, err := s.next(ctx)
		if err != nil {
			s.ended(err)
			return nil, 0, err
		}
		refusal := refuse(body)
		if refusal == nil {
			return body, int64(len(body)), nil
		}
		s.report(refusal.Message)
		if _, err := s.Write(ctx, jsonrpc2.NewResponse(jsonrpc2.ID{}, nil, refusal)); err != nil {
			s.ended(err)
			return nil, 0, fmt.Errorf("answering a malformed message: %w", err)
		}
	}
}

// WriteFrame is never needed: batches, the only messages that are written this
// way, are refused when they are read.
func (s *stream) WriteFrame(context.Context, []byte) (int64, error) {
	return 0, errors.New("writing a batch: the Language Server Protocol has none")
}

// Read returns the next message; the library calls ReadFrame instead.
func (s *stream) Read(ctx context.Context) (jsonrpc2.Message, int64, error) {
	body, n, err := s.ReadFrame(ctx)
	if err != nil {
		return nil, 0, err
	}
	msg, err := jsonrpc2.DecodeMessage(body)
	if err != nil {
		return nil, 0, fmt.Errorf("reading a message: %w", err)
	}
	return msg, n, nil
}

// refuse says why body is not a message that can be handled, or nil.
func refuse(body []byte) *jsonrpc2.Error {
	_, err := jsonrpc2.ScanMessageView(body)
	if err == nil {
		return nil
	}
	if value := jsontext.Value(body); !value.IsValid(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) {
		return jsonrpc2.NewError(jsonrpc2.ParseError, "the message is not valid JSON")
	}
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '[' {
		return jsonrpc2.NewError(jsonrpc2.InvalidRequest, "batches are not part of the Language Server Protocol")
	}
	return jsonrpc2.NewError(jsonrpc2.InvalidRequest, "the message is neither a request, a notification nor a response")
}

// next reads one frame: header lines up to an empty one, then as many bytes as
// Content-Length says.
func (s *stream) next(ctx context.Context) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	length, err := s.header()
	if err != nil {
		return nil, err
	}
	if cap(s.buf) < length {
		s.buf = make([]byte, length)
	}
	body := s.buf[:length]
	if _, err := io.ReadFull(s.in, body); err != nil {
		return nil, fmt.Errorf("reading a message of %d bytes: %w", length, err)
	}
	return body, nil
}

// header reads up to the end of the next header block that has a usable
// Content-Length. What else it finds (a wrong length leaves half a body behind)
// is skipped, and reported once.
func (s *stream) header() (length int, err error) {
	length = -1
	reported := false
	skip := func(problem string) {
		if !reported {
			s.report(problem)
			reported = true
		}
	}
	for {
		line, err := s.line()
		if err != nil {
			return 0, err
		}
		switch {
		case len(line) == 0:
			if length >= 0 {
				return length, nil
			}
			skip("header without a Content-Length")
		case contentLength(line) != nil:
			digits := contentLength(line)
			n, err := strconv.Atoi(string(bytes.TrimSpace(digits)))
			if err != nil || n <= 0 || n > maxFrame {
				skip("header with an unusable Content-Length")
				length = -1
				continue
			}
			length = n
		case bytes.IndexByte(line, ':') <= 0:
			skip("bytes between messages")
		}
	}
}

// contentLength returns what follows the last "Content-Length:" of a line, or
// nil. A line may begin with the rest of an earlier message.
func contentLength(line []byte) []byte {
	const field = "content-length:"
	for rest := line; ; {
		colon := bytes.LastIndexByte(rest, ':')
		if colon < 0 {
			return nil
		}
		if begin := colon + 1 - len(field); begin >= 0 && strings.EqualFold(string(rest[begin:colon+1]), field) {
			return line[colon+1:]
		}
		rest = rest[:colon]
	}
}

// line reads up to the next line feed and returns the line without its end. Of
// a line longer than the buffer only the last part is kept.
func (s *stream) line() ([]byte, error) {
	for {
		line, err := s.in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return bytes.TrimRight(line, "\r\n"), nil
	}
}
