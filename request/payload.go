package request

import (
	"errors"
	"io"
	"strings"
)

// payload is a body with its values, of known length, that can be opened as
// often as redirects ask for it.
type payload struct {
	parts  []payloadPart
	length int64
	// hasUse is set if a value is in it, private if private text is.
	hasUse, private bool
}

type payloadPart struct {
	text string
	file *bodyFile
	size int64
}

// payload renders the body.
func (b *body) payload(v values) (*payload, *Error) {
	out := &payload{hasUse: b.hasUse()}
	for _, p := range b.parts {
		part := payloadPart{file: p.file}
		if p.file == nil {
			out.private = out.private || hasPrivate(p.pieces)
			part.text = render(p.pieces, v)
			part.size = int64(len(part.text))
		} else {
			file, size, err := p.file.open()
			if err != nil {
				return nil, &Error{Code: CodeBodyFile, Message: err.Error(), Exit: ExitSend, err: err}
			}
			_ = file.Close()
			part.size = size
		}
		out.parts = append(out.parts, part)
		out.length += part.size
	}
	return out, nil
}

// open returns a reader of the whole body.
func (p *payload) open() (io.ReadCloser, error) {
	var readers []io.Reader
	var closers multiCloser
	for _, part := range p.parts {
		if part.file == nil {
			readers = append(readers, strings.NewReader(part.text))
			continue
		}
		file, _, err := part.file.open()
		if err != nil {
			return nil, errors.Join(err, closers.Close())
		}
		readers = append(readers, io.LimitReader(file, part.size))
		closers = append(closers, file)
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(readers...), closers}, nil
}

type multiCloser []io.Closer

func (c multiCloser) Close() error {
	var err error
	for _, one := range c {
		err = errors.Join(err, one.Close())
	}
	return err
}
