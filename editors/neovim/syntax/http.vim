" Request files, for those who have no other syntax for them.
if exists('b:current_syntax')
  finish
endif

syn match httpSeparator /^###.*$/
syn match httpComment /^\s*\%(#\%(##\)\@!\|\/\/\).*$/ contains=httpDirective
syn match httpDirective /@[[:alnum:]-]\+/ contained
syn match httpVariable /^@[^[:blank:]=]\+\ze\s*=/
syn match httpMethod /^\%(GET\|HEAD\|POST\|PUT\|PATCH\|DELETE\|OPTIONS\|TRACE\|CONNECT\|QUERY\)\ze\s/
syn match httpHeader /^[[:alnum:]!#$%&'*+.^_`|~-]\+\ze:\s/
syn match httpExpression /{{[^{}]*}}/ contains=httpProvider,httpField
syn match httpProvider /{{%\?\s*\zs\$\w\+/ contained
syn match httpField /\s\zs\w\+\ze=/ contained

hi def link httpSeparator Title
hi def link httpComment Comment
hi def link httpDirective SpecialComment
hi def link httpVariable Identifier
hi def link httpMethod Statement
hi def link httpHeader Identifier
hi def link httpExpression Special
hi def link httpProvider Function
hi def link httpField Identifier

let b:current_syntax = 'http'
