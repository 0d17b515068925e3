// Package lsp is the language server: the only package that imports the
// Language Server Protocol's types.
package lsp
