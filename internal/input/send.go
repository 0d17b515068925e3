package input

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
)

// Send reads an input to its end and gives it to the Listener at socket under
// id. One line break at the end is not part of the input. The error says what
// the handler said.
func Send(ctx context.Context, socket, id string, r io.Reader) error {
	if err := checkSocket(socket); err != nil {
		return fmt.Errorf("send input: %w", err)
	}
	all, err := io.ReadAll(io.LimitReader(r, MaxSize+2))
	defer clear(all)
	if err != nil {
		return fmt.Errorf("send input: read it: %w", err)
	}
	value := bytes.TrimSuffix(bytes.TrimSuffix(all, []byte("\n")), []byte("\r"))
	switch {
	case len(value) == 0:
		return errors.New("send input: it is empty: write the value to standard input")
	case len(value) > MaxSize:
		return fmt.Errorf("send input: it is larger than %d bytes", MaxSize)
	}
	if err := deliver(ctx, socket, id, value); err != nil {
		return fmt.Errorf("send input: %w", err)
	}
	return nil
}

// checkSocket refuses a socket that another user may have made.
func checkSocket(socket string) error {
	const hint = "start again in the editor"
	folder, err := os.Stat(filepath.Dir(socket))
	if err != nil {
		return fmt.Errorf("there is no socket at %s: %s", socket, hint)
	}
	if runtime.GOOS != "windows" && folder.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("other users may enter the folder of %s: %s", socket, hint)
	}
	info, err := os.Stat(socket)
	if err != nil || (runtime.GOOS != "windows" && info.Mode().Type() != os.ModeSocket) {
		return fmt.Errorf("there is no socket at %s: %s", socket, hint)
	}
	return nil
}

func deliver(ctx context.Context, socket, id string, value []byte) error {
	c, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
	if err != nil {
		return fmt.Errorf("the server does not listen any longer: %w", err)
	}
	defer func() { _ = c.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	line, err := json.Marshal(header{ID: id, Length: len(value)})
	if err != nil {
		return err
	}
	_, err = c.Write(append(line, '\n'))
	if err == nil {
		// The server may refuse by the header alone and close; its answer says
		// more than the error of this write.
		_, _ = c.Write(value)
	}
	var reply answer
	decodeErr := json.NewDecoder(io.LimitReader(c, MaxSize)).Decode(&reply)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case decodeErr != nil:
		return errors.New("the server did not answer: see its log")
	case reply.Error != "":
		return errors.New(reply.Error)
	}
	return nil
}
