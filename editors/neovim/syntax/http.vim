" Request files, for those who have no other syntax for them.
if exists('b:current_syntax')
  finish
endif

syn match httpSeparator /^\s*###.*$/
syn match httpComment /^\s*\%(#\%(##\)\@!\|\/\/\).*$/ contains=httpDirective
syn region httpComment start=/^\s*\/\*/ end=/\*\//
syn match httpDirective /^\s*\%(#\+\|\/\/\+\)\s*\zs@[[:alnum:]-]\+/ contained
syn match httpVariable /^\s*\zs@[^[:blank:]=:]\+\ze\s*:\?=/
syn match httpMethod /\C^\s*\zs\u[[:upper:]-]\+\ze\s\+\S*[/:.{*]/
syn match httpMethod /\c^\s*\zs\%(get\|head\|post\|put\|patch\|delete\|options\|trace\|connect\|query\)\ze\s\+\%({{\|[[:alnum:].-]*[:./]\)/
syn match httpMethod /^\s*\zscurl\ze\s/
syn match httpHeader /^[[:alnum:]!#$%&'*+.^_`|~-]\+\ze:\%(\s\|$\)/
syn match httpExpression /{{[^{}]*}}/ contains=httpProvider,httpField
syn match httpProvider /{{%\?\s*\zs\$\w\+/ contained
syn match httpField /\s\zs\w\+\ze=/ contained
syn region httpScript start=/^\s*[<>]\s*{%/ end=/%}/ end=/\ze\n###/
syn region httpScript start=/^\s*{{\%([@+]\w*\)\?\s*$/ end=/^\s*}}/ end=/\ze\n###/
syn match httpOperator /^\s*\zs\%(??\|>>!\?\|<>\|<@\?\w*\|>\)\ze\s\+[^{[:blank:]]/

" Ruling C1: in media types other than these, what begins like a comment is sent.
syn region httpAsItIs keepend contains=httpHeader,httpComment,httpExpression,httpSent
  \ start=/\c^content-type\s*:\s*\%({{\|[^;]*\%(json\|graphql\|x-www-form-urlencoded\)\)\@!\S/ end=/\ze\n\s*###/
syn region httpSent contained start=/^\s*$/ end=/\%$/ contains=httpExpression,httpScript,httpOperator,httpPartHeader
syn match httpPartHeader /^Content-[[:alnum:]-]\+\ze:\s/ contained

" What stands above a request has no effect on its colours.
syn sync match httpRequest grouphere NONE /^###/

hi def link httpSeparator Title
hi def link httpComment Comment
hi def link httpDirective SpecialComment
hi def link httpVariable Identifier
hi def link httpMethod Statement
hi def link httpHeader Identifier
hi def link httpPartHeader Identifier
hi def link httpExpression Special
hi def link httpProvider Function
hi def link httpField Identifier
hi def link httpScript PreProc
hi def link httpOperator Operator

let b:current_syntax = 'http'
