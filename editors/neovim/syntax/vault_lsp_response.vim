" A response: status line, notes, headers, body.
if exists('b:current_syntax')
  finish
endif
syn include @vaultLspJson syntax/json.vim
unlet! b:current_syntax
" What came is as it is: no errors in it.
for s:group in ['NoQuotes', 'TripleQuotes', 'Num', 'Semicolon', 'TrailingComma', 'MissingComma', 'Comment', 'StringSQ']
  execute 'silent! syn clear json' .. s:group .. 'Error'
endfor
unlet s:group

syn match vaultLspHeader /^[[:alnum:]!#$%&'*+.^_`|~-]\+\ze: /
syn match vaultLspStatusOk /^HTTP\/\S\+ [123]\d\d\>.*$/
syn match vaultLspStatusBad /^HTTP\/\S\+ [45]\d\d\>.*$/
syn match vaultLspFailed /^no response: .*$/
syn match vaultLspNote /^# .*$/
syn match vaultLspWarning /^# \(warning\|test failed\): .*$/
syn match vaultLspTitle /^### .*$/
" A body that is JSON ends where the next response begins.
syn region vaultLspBody start=/^\%({{\@!\|\[\)/ end=/^\ze### / end=/\%$/ contains=@vaultLspJson
syn match vaultLspMask /●●●●●●/ containedin=jsonString,vaultLspNote,vaultLspStatusOk,vaultLspStatusBad

hi def link vaultLspStatusOk DiagnosticOk
hi def link vaultLspStatusBad DiagnosticError
hi def link vaultLspFailed DiagnosticError
hi def link vaultLspNote Comment
hi def link vaultLspWarning DiagnosticWarn
hi def link vaultLspTitle Title
hi def link vaultLspHeader Identifier
hi def link vaultLspMask Special

let b:current_syntax = 'vault_lsp_response'
