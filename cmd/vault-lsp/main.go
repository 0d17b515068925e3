// Command vault-lsp is the language server and the command line of vault-lsp.
package main

func main() {}
