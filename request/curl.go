package request

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/secret"
)

// Curl prints the plan as a curl command for a POSIX shell. References stay
// references and private text the mask: the command shows what goes where, and
// holds no value.
func (p *Plan) Curl() string {
	names := make(values, len(p.Uses))
	for i, u := range p.Uses {
		names[i] = u.Reference
	}
	return p.curl(names, true)
}

// RevealCurl resolves the plan's references and prints the command with their
// values. Ask the user every time before calling it.
func (s *Sender) RevealCurl(ctx context.Context, plan *Plan) (string, error) {
	r := &run{Sender: s, plan: plan, call: Call{Grants: NewGrants(), Progress: func(string) {}}, values: make(values, len(plan.Uses))}
	for i, u := range plan.Uses {
		if u.Ref == nil {
			r.values[i] = string(u.value.Reveal())
		}
	}
	if problem := r.resolve(ctx, func(*Use) bool { return true }); problem != nil {
		return "", problem
	}
	return plan.curl(r.values, false), nil
}

// curl prints the command; verbatim puts the values in without encoding them,
// as references are.
func (p *Plan) curl(v values, verbatim bool) string {
	plain := func(pieces []piece) []piece {
		if !verbatim {
			return pieces
		}
		pieces = append([]piece(nil), pieces...)
		for i := range pieces {
			pieces[i].encoding = raw
			if pieces[i].private {
				pieces[i].text = secret.Mask
			}
		}
		return pieces
	}
	lines := []string{"curl"}
	switch {
	case p.Method == "HEAD" && p.body.empty(): // with --request HEAD curl waits for a body
		lines[0] += " --head"
	case p.Method != "GET" || !p.body.empty():
		lines[0] += " --request " + shellQuote(p.Method)
	}
	target := p.target.curl(v, plain)
	if path := outline(p.target.path); path == "*" {
		lines[0] += " --request-target '*'"
	} else if strings.Contains(path+"/", "/./") || strings.Contains(path+"/", "/../") {
		lines[0] += " --path-as-is"
	}
	if strings.ContainsAny(target, "[]{}") {
		lines[0] += " --globoff"
	}
	lines[0] += " " + shellQuote(target)
	for i := range p.headers {
		h := &p.headers[i]
		if h.basic {
			lines = append(lines, "--user "+shellQuote(render(plain(h.pieces), v)))
			continue
		}
		line := h.name + ": " + render(plain(h.pieces), v)
		if len(h.pieces) == 0 {
			line = h.name + ";" // curl leaves out what ends in a colon
		}
		lines = append(lines, "--header "+shellQuote(line))
	}
	if p.target.hasUser {
		lines = append(lines, "--user "+shellQuote(render(plain(p.target.userinfo), v)))
	}
	if !p.body.empty() && p.mediaType() == "" {
		// curl would say that it is a form.
		lines = append(lines, "--header 'Content-Type:'")
	}
	lines = append(lines, p.body.curl(v, plain)...)
	if !p.NoRedirect && !p.leaksByLocation() {
		lines = append(lines, "--location")
	}
	return p.body.curlNote() + strings.Join(lines, " \\\n  ")
}

// leaksByLocation reports whether curl would take a value, or text of a private
// environment file, to another origin when it follows a redirect: it drops only
// Authorization and Cookie there.
func (p *Plan) leaksByLocation() bool {
	for _, u := range p.Uses {
		if u.In == InBody || strings.HasPrefix(u.In, InHeader) && u.In != InHeader+"Authorization" && u.In != InHeader+"Cookie" {
			return true
		}
	}
	inHeader := func(h header) bool {
		return h.name != "Authorization" && h.name != "Cookie" && hasPrivate(h.pieces)
	}
	return slices.ContainsFunc(p.headers, inHeader) || slices.ContainsFunc(p.body.parts, func(part bodyPart) bool { return hasPrivate(part.pieces) })
}

// curlNote says what the command cannot do by itself.
func (b *body) curlNote() string {
	if len(b.parts) < 2 {
		return ""
	}
	for _, part := range b.parts {
		if part.file != nil {
			return "# curl cannot put a file into the middle of a text: replace each line that begins with <\n"
		}
	}
	return ""
}

func (t *target) curl(v values, plain func([]piece) []piece) string {
	legal := func(pieces []piece) string {
		pieces = append([]piece(nil), plain(pieces)...)
		for i := range pieces {
			if pieces[i].text != secret.Mask {
				pieces[i].text = escapeIllegal(pieces[i].text)
			}
		}
		return render(pieces, v)
	}
	text := t.scheme + render(plain(t.authority), v)
	if path := legal(t.path); path != "*" {
		text += path
	}
	if t.hasQuery {
		text += "?" + legal(t.query)
	}
	return text
}

func (b *body) curl(v values, plain func([]piece) []piece) []string {
	if b.empty() {
		return nil
	}
	if len(b.parts) == 1 && b.parts[0].file != nil {
		return []string{"--data-binary " + shellQuote("@"+filepath.Join(b.parts[0].file.root, b.parts[0].file.name))}
	}
	var text strings.Builder
	for _, part := range b.parts {
		if part.file != nil {
			text.WriteString("< " + part.file.shown)
			continue
		}
		text.WriteString(render(plain(part.pieces), v))
	}
	return []string{"--data-raw " + shellQuote(text.String())}
}

// shellQuote quotes a word for a POSIX shell where it needs it.
func shellQuote(word string) string {
	if word != "" && strings.IndexFunc(word, func(r rune) bool {
		return r >= 0x80 || !isAlphanumeric(byte(r)) && !strings.ContainsRune("-._/:=@%+,", r)
	}) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
