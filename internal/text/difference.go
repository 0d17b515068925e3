package text

// Difference returns the smallest single edit that turns old into changed. It
// compares bytes, so the edit may begin or end inside a character; its New is a
// part of changed.
func Difference(old, changed string) Edit {
	prefix := commonPrefix(old, changed)
	suffix := commonSuffix(old[prefix:], changed[prefix:])
	return Edit{
		Span: Span{Start: prefix, End: len(old) - suffix},
		New:  changed[prefix : len(changed)-suffix],
	}
}

// comparedAtOnce is how many bytes are compared by one call of the runtime's
// comparison, which is much faster than a loop.
const comparedAtOnce = 1024

func commonPrefix(a, b string) int {
	most := min(len(a), len(b))
	n := 0
	for n+comparedAtOnce <= most && a[n:n+comparedAtOnce] == b[n:n+comparedAtOnce] {
		n += comparedAtOnce
	}
	for n < most && a[n] == b[n] {
		n++
	}
	return n
}

func commonSuffix(a, b string) int {
	most := min(len(a), len(b))
	// Both are cut to one length, so that one offset is the same place in both.
	a, b = a[len(a)-most:], b[len(b)-most:]
	at := most
	for at >= comparedAtOnce && a[at-comparedAtOnce:at] == b[at-comparedAtOnce:at] {
		at -= comparedAtOnce
	}
	for at > 0 && a[at-1] == b[at-1] {
		at--
	}
	return most - at
}
