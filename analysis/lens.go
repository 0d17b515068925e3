package analysis

import "github.com/vault-lsp/vault-lsp/parser"

// Lenses lists the lenses of the file: Send above every request that can be
// sent, and Send all above the first where there is more than one.
func Lenses(in Input) []Lens {
	var lenses []Lens
	for _, b := range in.File.Blocks {
		r := b.Request
		if r == nil || !r.Runnable {
			continue
		}
		lenses = append(lenses, Lens{
			Span: r.LineSpan, Title: "Send", Command: CommandSendRequest, Offset: r.LineSpan.Start,
		})
	}
	if len(lenses) > 1 {
		all := Lens{Span: lenses[0].Span, Title: "Send all", Command: CommandSendAll, Offset: lenses[0].Offset}
		lenses = append(lenses, Lens{})
		copy(lenses[2:], lenses[1:])
		lenses[1] = all
	}
	return lenses
}

// title returns what a request is called in menus: its name, else its method
// and target.
func title(src string, r *parser.Request) string {
	if r.Name != "" {
		return r.Name
	}
	return r.Method + " " + r.Target.Text(src)
}
