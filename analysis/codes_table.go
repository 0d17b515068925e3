package analysis

import (
	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/template"
)

// The codes of what analysis finds itself, besides those of packages parser,
// template, secret and env.
const (
	CodeUnknownCredential      = "unknown-credential"
	CodeWrongCredential        = "credential-of-other-provider"
	CodePlainHTTP              = "secret-over-http"
	CodeSecretInCookie         = "secret-in-cookie"
	CodeSecretInUserinfo       = "secret-in-userinfo"
	CodeSecretInPath           = "secret-in-file-path"
	CodeDuplicateName          = "duplicate-name"
	CodeRedefined              = "redefined-variable"
	CodeUsedBeforeDefinition   = "used-before-definition"
	CodeEndOfLife              = env.CodeEndOfLife
	CodeUnknownDirective       = "unknown-directive"
	CodeLiteralSecret          = "literal-secret"
	CodeDirectiveWithoutEffect = "directive-without-effect"
	CodeInvalidDirective       = "invalid-directive"
	CodeSeconds                = "timeout-in-seconds"
	CodeDateLetters            = "date-letters"
	CodeEscapeInVariable       = "escape-in-variable"
	CodeQuotedVariable         = "quoted-variable"
	CodeHeaderInVariable       = "header-in-variable"
	CodeAmbiguousFile          = "ambiguous-file"
	CodeTrailingComma          = "trailing-comma"
	CodeInvalidJSON            = "invalid-json"
)

// CodeInfo documents one diagnostic code.
type CodeInfo struct {
	Code     string
	Severity Severity
	// Doc says when the code appears and what to do, in Markdown.
	Doc string
	// Example is a file, or the line of one, that gets the diagnostic.
	Example string
}

// Codes returns the table of all diagnostic codes, grouped by what they are
// about. The slice is the caller's.
func Codes() []CodeInfo { return append([]CodeInfo(nil), codes...) }

// codes is never changed after start.
var codes = []CodeInfo{
	// Expressions.
	{string(template.CodeUnclosed), parser.Error, "A `{{` has no `}}` on its line. Close it.", "GET http://localhost/{{id"},
	{string(template.CodeUnclosedQuote), parser.Error, "A quoted value has no closing quote on its line.", "X-A: {{$vault path='app/db}}"},
	{string(template.CodeBadEscape), parser.Error, "A backslash in a quoted value stands before something else than `\\ \" ' n r t`.", `X-A: {{$vault path='app\db'}}`},
	{string(template.CodeBadCharacter), parser.Error, "A value without quotes holds a quote, brace or backslash, or text touches a closing quote. Put the value in quotes; inside a JSON string use single quotes.", `X-A: {{$vault path=a\"b}}`},
	{string(template.CodeBlankAtEquals), parser.Error, "A blank stands beside the `=` of a field.", "X-A: {{$vault path = app/db}}"},
	{string(template.CodeDuplicate), parser.Error, "A field stands twice in one reference.", "X-A: {{$vault path=a path=b}}"},
	{string(template.CodeNestedCall), parser.Error, "A reference or system variable stands inside a value of a reference. Only `{{name}}` of a plain variable may.", "X-A: {{$vault path={{$guid}}}}"},
	{string(template.CodeEmpty), parser.Error, "An expression is empty.", "X-A: {{}}"},
	{string(template.CodeMissingName), parser.Error, "No name follows the `$`.", "X-A: {{$ }}"},
	// References.
	{secret.CodeUnknownProvider, parser.Error, "There is no such provider or system variable.", "X-A: {{$valt path=app/db}}"},
	{secret.CodeUnknownField, parser.Error, "The provider has no such field. The quick fixes rename it to the nearest field or remove it.", "X-A: {{$vault pth=app/db}}"},
	{secret.CodeMissingField, parser.Error, "A field that the provider needs is missing. The quick fix adds it.", "X-A: {{$vault mount=kv}}"},
	{secret.CodeBadFieldValue, parser.Error, "A field's value is not one that the field takes.", "X-A: {{$vault path=app/db engine=v3}}"},
	{secret.CodeConflictingFields, parser.Error, "Two fields exclude each other.", "X-A: {{$azure id=https://a.vault.azure.net/secrets/s vault=a}}"},
	{env.CodePositionalField, parser.Error, "A word in a reference is no `field=value`.", "X-A: {{$vault app/db}}"},
	{CodeUnknownCredential, parser.Warning, "The reference names a credential profile that your configuration does not have. `vault-lsp credential list` shows those it has.", "X-A: {{$vault path=app/db credential=nobody}}"},
	{CodeWrongCredential, parser.Error, "The named credential profile belongs to another provider.", "X-A: {{$vault path=app/db credential=aws-dev}}"},
	{CodeEndOfLife, parser.Warning, "HCP Vault Secrets ended on 2026-07-01. Move the secret to another vault; for HCP Vault Dedicated use `$vault`, as which the quick fixes write the reference.", "X-A: {{$hcp app=web secret=KEY}}"},
	// References of other tools.
	{env.CodeOtherTool, parser.Error, "A reference of vals or 1Password cannot be read: its scheme is not one of ours, or its path has not the form of the scheme. docs/migrating.md lists what is read.", "X-A: {{ref+sops://secrets.yaml#/key}}"},
	{env.CodeIgnoredParameter, parser.Warning, "A parameter of another tool's reference has no effect. What would choose a server, an identity or a key file is never obeyed; the credential of your own configuration is used. The quick fix removes it.", "X-A: {{ref+vault://secret/app?address=https://vault.example.com#/key}}"},
	{env.CodeInsomnia, parser.Error, "A `{% vault … %}` tag of Insomnia stands in the request, which is not sent with it. The quick fix writes the reference that the tag means.", "X-A: {% vault 'gcp', 'crd_1', 'eyJzZWNyZXROYW1lIjoic3RyaXBlIn0=' %}"},
	{env.CodeBruno, parser.Error, "A `{{$secrets.NAME.KEY}}` of Bruno. Which secret NAME is stands in Bruno's own files; the quick fixes write a reference to begin with.", "X-A: {{$secrets.db.password}}"},
	// Where secrets go.
	{CodePlainHTTP, parser.Warning, "A secret would travel unencrypted to another machine. Use https; the request is refused unless a permission for exactly this http origin exists.", "GET http://example.com\nAuthorization: Bearer {{$vault path=app/db}}"},
	{CodeSecretInCookie, parser.Warning, "A secret stands in the `Cookie` header, which many servers and proxies log. Use `Authorization` if the API allows it.", "GET https://example.com\nCookie: sid={{$vault path=app/db}}"},
	{CodeSecretInUserinfo, parser.Warning, "A secret stands in the user information of the URL. Use an `Authorization: Basic` header.", "GET https://me:{{$vault path=app/db}}@example.com"},
	{CodeSecretInPath, parser.Error, "A secret cannot name a file.", "POST https://example.com\n\n< ./{{$vault path=app/db}}.json"},
	{CodeLiteralSecret, parser.Warning, "The file holds what looks like a real secret: a JSON Web Token, an AWS access key id, a GitHub, GitLab, Slack, Stripe or Vault token, or a private key. Put it into a vault and a reference here. The history of the repository may still hold it: replace the secret.", "X-A: glpat-0123456789abcdefABCD"},
	// Variables.
	{env.CodeUndefined, parser.Error, "No variable of that name is defined in the file or the selected environment. The request is not sent with the braces as text.", "GET https://{{hots}}/"},
	{env.CodeNoEnvironment, parser.Error, "A variable is defined in environments, and none is selected. It is reported at the first such variable of the file. The quick fixes select one; on the command line `--env` does.", ""},
	{env.CodeCycle, parser.Error, "Variables are defined by each other.", "@a = {{b}}\n@b = {{a}}"},
	{env.CodeLimit, parser.Error, "Variables expand to too much text.", ""},
	{env.CodeUnknownSystem, parser.Error, "There is no such system variable.", "X-A: {{$gid}}"},
	{env.CodeMissingEnv, parser.Error, "No `.env` file around the request has the variable that `{{$dotenv NAME}}` names. What `{{$processEnv NAME}}` does not find is reported when the request is sent.", "X-A: {{$dotenv NOBODY}}"},
	{env.CodeBadArgument, parser.Error, "A system variable has an argument that it does not take, or lacks one.", "X-A: {{$processEnv}}"},
	{CodeDateLetters, parser.Warning, "A date format is written in the letters of .NET (`dd-MM-yyyy`); the letters of Day.js count here (`DD-MM-YYYY`). The quick fix changes them.", "X-A: {{$datetime 'dd-MM-yyyy'}}"},
	{env.CodeBadDefinition, parser.Error, "The variable is defined, but its definition cannot be used.", ""},
	{env.CodeNested, parser.Error, "A value of a reference holds a variable that is not plain text.", "@a = {{$guid}}\n\n###\nGET https://example.com\nX-A: {{$vault path={{a}}}}"},
	{env.CodeResponse, parser.Error, "References to the answer of another request are not supported.", "X-A: {{login.response.body.token}}"},
	{CodeEscapeInVariable, parser.Hint, "A variable's value holds `\\n`, `\\r`, `\\t` or `\\\\`. It stands for a line break, a tab or a backslash, as in REST Client (C24); for other tools, and with the setting `dialect` at `jetbrains`, it is two characters.", `@lines = one\ntwo`},
	{CodeQuotedVariable, parser.Hint, "A variable's value stands in quotes. They are a part of the value, as in REST Client (C26); httpYac leaves them out. The quick fix removes them.", `@name = "value"`},
	{CodeUsedBeforeDefinition, parser.Hint, "A variable is used above its definition in the file. It holds in the whole file here and in REST Client, but not in Visual Studio and httpYac.", "GET https://{{host}}/\n\n###\n@host = example.com"},
	{CodeRedefined, parser.Warning, "The variable is defined again below. The last definition counts for the whole file, so this one has no effect.", "@a = 1\n@a = 2"},
	// Environment files.
	{env.CodeUnreadable, parser.Error, "An environment file cannot be read.", ""},
	{env.CodeBadJSON, parser.Error, "An environment file is not valid JSON. Comments and trailing commas are allowed.", ""},
	{env.CodeBadEnvironment, parser.Error, "An environment in an environment file is not an object of variables.", ""},
	{env.CodeBadDotenv, parser.Warning, "A line of a `.env` file is not `NAME=value`.", ""},
	{env.CodeNotExpanded, parser.Hint, "A value of a `.env` file holds `${NAME}`, which is not replaced.", ""},
	{env.CodeDefaultHeaders, parser.Warning, "An environment has default headers of Kulala, which are not sent.", ""},
	{env.CodeForeign, parser.Hint, "An object in an environment file has a `provider` that is none of ours. It is plain data.", ""},
	// Requests.
	{parser.CodeRequestLineExpected, parser.Error, "A block begins with something that is no request line.", "what is this"},
	{parser.CodeHeaderInsteadOfRequest, parser.Error, "A block begins with a header where its request line should be (C21).", "###\nContent-Type: text/plain"},
	{parser.CodeMissingTarget, parser.Error, "A method stands without a target.", "GET"},
	{parser.CodeUnknownMethod, parser.Error, "No tool knows this method. The request is not sent.", "FETCH https://example.com"},
	{parser.CodeMethodCase, parser.Hint, "The method is not in upper case; other tools may not know it. The quick fix writes it so.", "get https://example.com"},
	{parser.CodeCurlCommand, parser.Error, "A curl command holds an option or a form that is not read. The message says which.", "curl --insecure https://example.com"},
	{parser.CodeProtocolNotSent, parser.Error, "The request is one of gRPC, WebSocket, MQTT or another protocol that cannot be sent.", "WEBSOCKET wss://example.com/socket"},
	{parser.CodeHeaderWithoutColon, parser.Error, "A line among the headers has no colon.", "GET https://example.com\nAccept"},
	{parser.CodeHeaderSpread, parser.Error, "`...name` spreads headers that a script makes. Scripts are not run, so these headers are not known.", "GET https://example.com\n...defaults"},
	{parser.CodeVariableHeaderName, parser.Error, "The name of a header holds a variable.", "GET https://example.com\n{{name}}: value"},
	{parser.CodeBadHeaderName, parser.Error, "A header's name holds a character that may not stand there (RFC 9110, 5.1).", "GET https://example.com\nX(A): 1"},
	{parser.CodeIndentedHeader, parser.Warning, "An indented line looks like a header, but indented lines continue the target in other tools. The quick fix removes the indentation.", "GET https://example.com\n  Accept: text/plain"},
	{CodeHeaderInVariable, parser.Error, "A variable among the headers holds a whole header. REST Client puts values in before it parses and sends that header; here a value adds none (C16), and the request is refused. The quick fix writes the header in its place.", "@auth = Authorization: Basic {{user}}:\n\nGET https://example.com\n{{auth}}"},
	{parser.CodeMissingBlankLine, parser.Warning, "The body begins without a blank line before it. The quick fix inserts one.", "POST https://example.com\nContent-Type: application/json\n{}"},
	{parser.CodeMissingSeparator, parser.Warning, "A request begins without `###` before it. The quick fix inserts it. Without a blank line before it (among the headers of another request) it is an error and neither can be sent.", "GET https://example.com/a\n\nGET https://example.com/b"},
	{parser.CodeVariableBehindBody, parser.Hint, "A variable is defined behind a body. REST Client sends such a line with the body. The quick fix inserts `###`.", "POST https://example.com\n\n{}\n\n@a = 1"},
	{parser.CodeIndentedSeparator, parser.Hint, "A `###` is indented. It separates here; REST Client takes it for a comment. The quick fix removes the indentation.", "GET https://example.com\n\n  ###\nGET https://example.com"},
	{parser.CodeFragmentNotSent, parser.Hint, "The target has a `#`. What stands behind it is not sent. The quick fix removes it.", "GET https://example.com/#top"},
	{parser.CodeCommentInBody, parser.Hint, "A line of the body begins like a comment and is not sent; this depends on the media type (C1).", "POST https://example.com\nContent-Type: application/json\n\n{\n# no\n}"},
	{parser.CodeCommentSent, parser.Warning, "A line of a multipart body begins like a comment and is sent (C1); other tools leave it out. The quick fix removes it.", "POST https://example.com\nContent-Type: multipart/form-data; boundary=x\n\n--x\nContent-Disposition: form-data; name=\"a\"\n\n// no\n1\n--x--"},
	{CodeTrailingComma, parser.Warning, "A comma stands before a closing bracket of a JSON body. JSON has none there, and the body is sent as it is; Kulala takes such commas out. The quick fix removes it.", "POST https://example.com\nContent-Type: application/json\n\n{ \"a\": 1, }"},
	{CodeInvalidJSON, parser.Warning, "The body is no JSON, though its media type says so, or the variables of a GraphQL query are none. They are sent as they are, and a body is not laid out when the file is formatted.", "POST https://example.com\nContent-Type: application/json\n\n{ \"a\": }"},
	{CodeAmbiguousFile, parser.Warning, "A path is a file both beside the request file and in the workspace's root. The one beside it is sent; REST Client sends the other (C23).", ""},
	{parser.CodeBadVariableLine, parser.Error, "A line begins with `@` but does not define a variable.", "@name"},
	{parser.CodeUnexpectedText, parser.Warning, "Text stands where nothing can follow.", ""},
	{parser.CodeScriptNotRun, parser.Information, "Scripts and assertions are not run. They are never sent.", "GET https://example.com\n\n> {% client.log(1) %}"},
	{parser.CodeOutputNotSaved, parser.Information, "The answer is not written to a file.", "GET https://example.com\n\n>> out.json"},
	{parser.CodeCommandNotRun, parser.Information, "`import` and `run` lines are not run.", "import other.http"},
	{parser.CodeUnclosedScript, parser.Error, "A `{%` has no `%}`.", "GET https://example.com\n\n> {% client.log(1)"},
	{parser.CodeUnclosedComment, parser.Error, "A `/*` has no `*/`.", "/*\nGET https://example.com"},
	{CodeDuplicateName, parser.Warning, "Two requests have the same name, by `# @name` or by the title behind `###`, so `--name` finds only the first.", "# @name a\nGET https://example.com\n\n###\n# @name a\nGET https://example.com"},
	{CodeDirectiveWithoutEffect, parser.Hint, "Another tool knows this directive; vault-lsp does not act on it. It is a warning for `@note` and `@disabled`, whose request is sent without asking.", "# @no-log\nGET https://example.com"},
	{CodeInvalidDirective, parser.Warning, "What stands behind a directive's name is not what it takes, or is missing. The directive has no effect.", "# @timeout soon\nGET https://example.com"},
	{CodeSeconds, parser.Hint, "A `@timeout` without a unit is in seconds here and in JetBrains, and in milliseconds in httpYac. One of 1000 or more is probably meant so; the quick fix writes the unit.", "# @timeout 5000\nGET https://example.com"},
	{CodeUnknownDirective, parser.Warning, "No tool that is known here has this directive. It has no effect.", "# @nmae a\nGET https://example.com"},
}

// severities is codes by code; severityOf reads it.
var severities = func() map[string]Severity {
	m := make(map[string]Severity, len(codes))
	for _, c := range codes {
		m[c.Code] = c.Severity
	}
	return m
}()

// severityOf returns the severity of a code of the table; what is not in the
// table is an error.
func severityOf(code string) Severity {
	if s, ok := severities[code]; ok {
		return s
	}
	return parser.Error
}
