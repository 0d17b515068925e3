package request

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxHeaders is the number of header lines of a response that are shown.
const maxHeaders = 256

func statusText(answer *http.Response) string {
	_, text, found := strings.Cut(answer.Status, " ")
	if !found || text == "" {
		return http.StatusText(answer.StatusCode)
	}
	return text
}

func httpVersion(answer *http.Response) string {
	if answer.ProtoMajor >= 2 {
		return fmt.Sprintf("HTTP/%d", answer.ProtoMajor)
	}
	return answer.Proto
}

// responseHeaders returns the masked header lines, sorted by name, as net/http
// does not keep their order.
func (r *run) responseHeaders(answer *http.Response) []Header {
	names := make([]string, 0, len(answer.Header))
	for name := range answer.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	out := []Header{}
	for _, name := range names {
		for _, value := range answer.Header[name] {
			if len(out) == maxHeaders {
				r.warn(fmt.Sprintf("The response has more than %d header lines; the rest is left out.", maxHeaders))
				return out
			}
			out = append(out, Header{Name: r.opts.Redact.Mask(name), Value: r.opts.Redact.Mask(strings.ToValidUTF8(value, "\ufffd"))})
		}
	}
	return out
}

// receive reads the body, decompressed, masked and within limits.
func (r *run) receive(ctx context.Context, answer *http.Response) (ResponseBody, error) {
	// Masked first: what is in lower case is found no more.
	header := r.opts.Redact.Mask(strings.ToValidUTF8(answer.Header.Get("Content-Type"), "\ufffd"))
	kind, parameters, err := mime.ParseMediaType(header)
	if err != nil {
		kind, _, _ = strings.Cut(header, ";")
		kind = trimmedLower(kind)
	}
	out := ResponseBody{MediaType: kind}
	reader, err := decompress(answer)
	if err != nil {
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		// Masking cannot look into it, so it is neither shown nor kept.
		r.warn("The body is left out: " + err.Error() + ".")
		out.Truncated = true
		return out, nil
	}
	var start bytes.Buffer
	size, err := io.Copy(&start, io.LimitReader(reader, r.opts.MaxBodySize+1))
	out.Size = size
	// Also where the body ended in due form: a server that learns that its client
	// goes may end what it has begun, and the library hands that over.
	if ctx.Err() != nil {
		return out, ctx.Err()
	}
	if err != nil {
		r.warn("The connection ended before the body was complete.")
		out.Truncated = true
	}
	content := charset(start.Bytes(), parameters["charset"])
	switch fits := size <= r.opts.MaxBodySize; {
	case fits && isText(content):
		out.Text = r.maskAll(content, out.Truncated)
		return out, nil
	case r.opts.StateDir != "":
		return r.toFile(ctx, out, &start, reader)
	case fits:
		r.warn("The body is not text and is left out.")
		return out, nil
	}
	out.Truncated = true
	r.warn(fmt.Sprintf("The body is longer than %d bytes and was cut.", r.opts.MaxBodySize))
	if content = content[:r.opts.MaxBodySize]; isText(trimRune(content)) {
		out.Text = r.maskAll(trimRune(content), true)
	}
	out.Size = r.opts.MaxBodySize
	return out, nil
}

// maskAll masks text; if it was cut, also the beginning of a value at its end.
func (r *run) maskAll(content []byte, cut bool) string {
	if !cut {
		return r.opts.Redact.Mask(string(content))
	}
	var out strings.Builder
	w := r.opts.Redact.Writer(&out)
	_, _ = w.Write(content)
	_ = w.Cut()
	return out.String()
}

// isText reports whether a body can be shown: UTF-8 without NUL.
func isText(content []byte) bool {
	return utf8.Valid(content) && bytes.IndexByte(content, 0) < 0
}

// trimRune removes half a character at the end.
func trimRune(content []byte) []byte {
	for n := 0; n < utf8.UTFMax && len(content) > n; n++ {
		if r, size := utf8.DecodeLastRune(content[:len(content)-n]); r != utf8.RuneError || size > 1 {
			return content[:len(content)-n]
		}
	}
	return content
}

// charset decodes the one other character set that is still common.
func charset(content []byte, name string) []byte {
	switch strings.ToLower(name) {
	case "iso-8859-1", "latin1", "windows-1252":
		if !isText(content) {
			return []byte(latin1(content))
		}
	}
	return content
}

// decompress undoes the content codings that we ask for (RFC 9110 section
// 8.4.1). What grows is limited by the reader's user, after decompression.
func decompress(answer *http.Response) (io.Reader, error) {
	buffered := bufio.NewReader(answer.Body)
	coding := trimmedLower(answer.Header.Get("Content-Encoding"))
	if len(answer.Header.Values("Content-Encoding")) > 1 {
		coding = strings.Join(answer.Header.Values("Content-Encoding"), ", ")
	}
	if coding == "" || coding == "identity" {
		return buffered, nil
	}
	head, err := buffered.Peek(2)
	if len(head) == 0 && errors.Is(err, io.EOF) {
		return buffered, nil // HEAD, 204, 304
	}
	switch coding {
	case "gzip", "x-gzip":
		reader, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, errors.New("it is said to be gzip and is not")
		}
		return reader, nil
	case "deflate":
		// The name means zlib; some servers send it bare.
		if len(head) == 2 && head[0]&0x0f == 8 && (uint(head[0])<<8|uint(head[1]))%31 == 0 {
			reader, err := zlib.NewReader(buffered)
			if err != nil {
				return nil, errors.New("it is said to be deflate and is not")
			}
			return reader, nil
		}
		return flate.NewReader(buffered), nil
	}
	return nil, errors.New("its content coding is not supported (remove the Accept-Encoding header)")
}
