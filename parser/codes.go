package parser

// The codes of problems, besides those of package template. They are stable:
// editors, tests and documentation name them.
const (
	// CodeCommentInBody: a line of the body is a comment and not sent (C1).
	CodeCommentInBody = "comment-in-body"
	// CodeCommentSent: a line of a multipart body looks like a comment and is sent
	// (C1).
	CodeCommentSent = "comment-sent"
	// CodeIndentedHeader: a header is indented and nearly continues the target
	// (C4).
	CodeIndentedHeader = "indented-header"
	// CodeMissingBlankLine: a body begins directly behind the headers (C8).
	CodeMissingBlankLine = "missing-blank-line"
	// CodeMissingSeparator: a request begins without ### (C9).
	CodeMissingSeparator = "missing-separator"
	// CodeFragmentNotSent: the target has a #fragment (C3).
	CodeFragmentNotSent = "fragment-not-sent"
	// CodeVariableBehindBody: a variable is defined behind a body (C7).
	CodeVariableBehindBody = "variable-behind-body"
	// CodeIndentedSeparator: ### is indented (C10).
	CodeIndentedSeparator = "indented-separator"
	// CodeMethodCase: a method is not upper case (C11).
	CodeMethodCase = "method-case"
	// CodeScriptNotRun: a script, an assertion or a script file (C12).
	CodeScriptNotRun = "script-not-run"
	// CodeOutputNotSaved: >> file.
	CodeOutputNotSaved = "output-not-saved"
	// CodeCommandNotRun: import or run.
	CodeCommandNotRun = "command-not-run"
	// CodeHeaderWithoutColon: a line among the headers is none (C20).
	CodeHeaderWithoutColon = "header-without-colon"
	// CodeHeaderSpread: ...name among the headers.
	CodeHeaderSpread = "header-spread"
	// CodeVariableHeaderName: a header's name holds an expression.
	CodeVariableHeaderName = "variable-header-name"
	// CodeBadHeaderName: a header's name holds what may not stand there.
	CodeBadHeaderName = "bad-header-name"
	// CodeHeaderInsteadOfRequest: a block begins with a header (C21).
	CodeHeaderInsteadOfRequest = "header-instead-of-request"
	// CodeRequestLineExpected: a block begins with what is no request line.
	CodeRequestLineExpected = "request-line-expected"
	// CodeMissingTarget: a method stands alone.
	CodeMissingTarget = "missing-target"
	// CodeUnknownMethod: a method that no tool of the dialect knows.
	CodeUnknownMethod = "unknown-method"
	// CodeProtocolNotSent: a request of another protocol than HTTP.
	CodeProtocolNotSent = "protocol-not-sent"
	// CodeCurlCommand: a curl command holds what cannot be read or sent.
	CodeCurlCommand = "curl-command"
	// CodeBadVariableLine: a line that begins with @ and defines nothing.
	CodeBadVariableLine = "bad-variable-line"
	// CodeUnexpectedText: text behind a body's end.
	CodeUnexpectedText = "unexpected-text"
	// CodeUnclosedScript: {% without %}.
	CodeUnclosedScript = "unclosed-script"
	// CodeUnclosedComment: /* without */.
	CodeUnclosedComment = "unclosed-comment"
)
