package request

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// maxResponseFiles is the number of bodies that the state folder keeps.
const maxResponseFiles = 50

// toFile writes a masked body to a file of the state folder.
func (r *run) toFile(ctx context.Context, out ResponseBody, start *bytes.Buffer, rest io.Reader) (ResponseBody, error) {
	dir := filepath.Join(r.opts.StateDir, "responses")
	failed := func(err error) error {
		return &Error{Code: CodeState, Message: "the body cannot be written to " + dir + ": " + err.Error(), Exit: ExitSend, err: err}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return out, failed(err)
	}
	prune(dir, r.opts.MaxFileSize)
	// os.CreateTemp makes it 0600.
	file, err := os.CreateTemp(dir, "response-*"+extension(out.MediaType))
	if err != nil {
		return out, failed(err)
	}
	masked := r.opts.Redact.Writer(file)
	limited := io.LimitReader(io.MultiReader(start, rest), r.opts.MaxFileSize)
	written, readErr := io.Copy(masked, limited)
	out.Size = written
	more := false
	if readErr == nil && written == r.opts.MaxFileSize {
		n, _ := io.ReadFull(io.MultiReader(start, rest), make([]byte, 1))
		more = n > 0
	}
	switch {
	case more:
		r.warn(fmt.Sprintf("The body is longer than %d bytes and was cut.", r.opts.MaxFileSize))
		out.Truncated = true
	case readErr != nil && ctx.Err() == nil && !out.Truncated:
		r.warn("The connection ended before the body was complete.")
		out.Truncated = true
	}
	if out.Truncated {
		err = masked.Cut()
	} else {
		err = masked.Close()
	}
	err = errors.Join(err, file.Close())
	if ctx.Err() != nil {
		_ = os.Remove(file.Name())
		return out, ctx.Err()
	}
	if err != nil {
		_ = os.Remove(file.Name())
		return out, failed(err)
	}
	out.File = file.Name()
	return out, nil
}

func extension(mediaType string) string {
	known := map[string]string{
		"application/json": ".json", "text/html": ".html", "text/plain": ".txt", "text/csv": ".csv", "text/xml": ".xml",
		"application/xml": ".xml", "application/pdf": ".pdf", "application/zip": ".zip", "image/png": ".png",
		"image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "image/svg+xml": ".svg",
	}
	if e, ok := known[mediaType]; ok {
		return e
	}
	return ".bin"
}

// prune removes the oldest bodies until fewer than maxResponseFiles with at most
// maxSize bytes in all are left, so that a server cannot fill the disk. What
// cannot be removed stays; that is no reason to fail a send.
func prune(dir string, maxSize int64) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	type body struct {
		name string
		at   time.Time
		size int64
	}
	var bodies []body
	var total int64
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && strings.HasPrefix(e.Name(), "response-") {
			bodies = append(bodies, body{e.Name(), info.ModTime(), info.Size()})
			total += info.Size()
		}
	}
	slices.SortFunc(bodies, func(a, b body) int { return a.at.Compare(b.at) })
	for len(bodies) >= maxResponseFiles || len(bodies) > 0 && total > maxSize {
		_ = os.Remove(filepath.Join(dir, bodies[0].name))
		total -= bodies[0].size
		bodies = bodies[1:]
	}
}
