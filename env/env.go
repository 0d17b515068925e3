// Package env decides what a {{name}} means: it holds the variables of a
// file, of its environment files and of the command line, says where each was
// defined, and expands templates into pieces (literal text, secret
// references, system variables). It reads through an fs.FS and never touches
// the network or a secret's value.
package env
