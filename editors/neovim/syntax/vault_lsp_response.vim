" A response: status line, notes, headers, body.
if exists('b:current_syntax')
  finish
endif
syn include @vaultLspJson syntax/json.vim
unlet! b:current_syntax
syn match vaultLspStatusOk /\%1l^HTTP\/\S\+ [123]\d\d.*$/
syn match vaultLspStatusBad /\%1l^HTTP\/\S\+ [45]\d\d.*$/
syn match vaultLspFailed /\%1l^not sent: .*$/
syn match vaultLspNote /^# .*$/
syn match vaultLspWarning /^# warning: .*$/
syn match vaultLspHeader /^[A-Za-z0-9!#$%&'*+.^_`|~-]\+\ze: / nextgroup=vaultLspColon
syn region vaultLspBody start=/^[{[]/ end=/\%$/ contains=@vaultLspJson
syn match vaultLspMask /●●●●●●/ containedin=ALL
hi def link vaultLspStatusOk DiagnosticOk
hi def link vaultLspStatusBad DiagnosticError
hi def link vaultLspFailed DiagnosticError
hi def link vaultLspNote Comment
hi def link vaultLspWarning DiagnosticWarn
hi def link vaultLspHeader Identifier
hi def link vaultLspMask Special
let b:current_syntax = 'vault_lsp_response'
