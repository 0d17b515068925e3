// Package analysis answers an editor's questions about a request file without
// knowing any editor protocol: diagnostics, completion, hover, code actions.
// Plain data goes in and comes out; positions are byte spans.
package analysis
