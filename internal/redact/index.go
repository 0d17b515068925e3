package redact

type index struct{}

func newIndex() index { return index{} }

func (x *index) add(form string) {}

func (x *index) next(text string, from int) (start, end int) { return -1, -1 }

func (x *index) undecided(text string) int { return len(text) }

func (x *index) partial(text string) int { return len(text) }
