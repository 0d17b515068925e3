package analysis

import (
	"fmt"
	"slices"
)

// everywhere makes, of the likeliest repair of a diagnostic, one of all
// diagnostics like it in the file.
type everywhere struct {
	in Input
	// repairs are the likeliest repairs of the file's diagnostics.
	repairs []Action
	made    []string
}

// fixes returns the repair everywhere of what the first of the fixes repairs;
// none where there is but one place, or where something is to be filled in.
func (e *everywhere) fixes(fixes []Action) []Action {
	if len(fixes) == 0 || slices.Contains(e.made, fixes[0].Title) {
		return nil
	}
	like := fixes[0]
	all := Action{Kind: ActionQuickFix, Fixes: like.Fixes}
	for _, repair := range e.ofFile() {
		if repair.Title == like.Title && repair.Fixes.Code == like.Fixes.Code {
			all.add(repair.Edits)
		}
	}
	if len(all.Edits) <= len(like.Edits) {
		return nil
	}
	e.made = append(e.made, like.Title)
	all.Title = fmt.Sprintf("%s in all %d places", like.Title, len(all.Edits)/len(like.Edits))
	return []Action{all}
}

// ofFile returns the likeliest repair of each diagnostic of the file.
func (e *everywhere) ofFile() []Action {
	if e.repairs == nil {
		for _, d := range Diagnose(e.in) {
			if fixes := e.in.fixes(d); len(fixes) > 0 {
				e.repairs = append(e.repairs, fixes[0])
			}
		}
	}
	return e.repairs
}

// add adds the edits of one place, which stand behind those added before. It
// adds none where they overlap: several diagnostics may have one repair.
func (a *Action) add(edits []Edit) {
	for _, edit := range edits {
		if edit.Snippet != "" {
			return
		}
		if n := len(a.Edits); n > 0 && (edit.Span == a.Edits[n-1].Span || edit.Span.Start < a.Edits[n-1].Span.End) {
			return
		}
	}
	a.Edits = append(a.Edits, edits...)
}
