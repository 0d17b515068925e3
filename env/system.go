package env

// SystemVariable is one row of the table of system variables, {{$name …}}.
type SystemVariable struct {
	// Name is without the $.
	Name string
	// Signature shows the arguments: "$randomInt min max".
	Signature string
	// Doc is a sentence or two for completion and hover.
	Doc string
	// Example is a whole expression.
	Example string
	// MinArgs and MaxArgs bound the number of blank-separated arguments; other
	// numbers between them are allowed only if ArgCounts is empty.
	MinArgs, MaxArgs int
	// Private is set if the value comes from the user's machine.
	Private bool
}

// Systems returns the table of system variables. Their values are made by
// package request. The slice is the caller's.
func Systems() []SystemVariable { return nil }

// LookupSystem returns the row of a system variable, by its name without the $.
func LookupSystem(name string) (SystemVariable, bool) { return SystemVariable{}, false }
