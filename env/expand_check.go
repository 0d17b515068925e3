package env

import (
	"slices"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// maxRemembered is how many different problems of one definition are kept.
const maxRemembered = 8

// checkedDefinition is what looking at a definition has found: how many steps
// it takes, how deep the definitions in it go, and its problems, without their
// places.
type checkedDefinition struct {
	steps, depth int
	problems     []Problem
	// exceeded is set if a limit cut it off. steps and depth are then those at
	// which it was come to: from there on it is always too much.
	exceeded bool
}

// checkText is text for checking. It remembers what a definition costs and
// what is wrong with it and does not look at it again: a file names the same
// few variables in thousands of requests, and definitions that each name the
// next one twice would be looked at without end.
func (x *expander) checkText(b binding, o origin) {
	if known, ok := x.scope.checked.Load(o.innermost); ok && x.known(known.(checkedDefinition), o) {
		return
	}
	steps, logged, deepest := x.steps, len(x.log), x.deepest
	x.deepest = len(x.stack)
	x.text(b, o)
	depth := x.deepest - len(x.stack)
	x.deepest = max(x.deepest, deepest)
	var problems []Problem
	for _, p := range x.log[logged:] {
		p.Span = text.Span{}
		if len(problems) < maxRemembered && !slices.Contains(problems, p) {
			problems = append(problems, p)
		}
	}
	x.log = x.log[:logged]
	for _, p := range problems {
		p.Span = o.span
		x.log = append(x.log, p)
	}
	if x.exceeded {
		x.scope.checked.Store(o.innermost, checkedDefinition{steps: steps, depth: len(x.stack), exceeded: true})
		return
	}
	cost := x.steps - steps
	if len(problems) > 0 {
		// It is not expanded, so what it would come to does not matter.
		cost, depth = 0, 0
		x.steps = steps
	}
	x.scope.checked.Store(o.innermost, checkedDefinition{steps: cost, depth: depth, problems: problems})
}

// known counts and reports what is known of a definition. It returns false if
// that says nothing here.
func (x *expander) known(definition checkedDefinition, o origin) bool {
	if definition.exceeded {
		if x.steps < definition.steps || len(x.stack) < definition.depth {
			return false
		}
		x.limit(o, o.span)
		return true
	}
	x.deepest = max(x.deepest, len(x.stack)+definition.depth)
	if x.steps += definition.steps; x.steps > x.maxSteps || len(x.stack)+definition.depth >= maxDepth {
		x.limit(o, o.span)
	}
	for _, p := range definition.problems {
		p.Span = o.span
		x.add(p)
	}
	return true
}
