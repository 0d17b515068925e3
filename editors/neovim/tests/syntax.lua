-- Colours of request files without a parser of their own: each word that is
-- looked for has the group that it should have.
local check = require('check')

-- group is that of the first character of the first line that holds a text.
local function group(text)
  local row, column = unpack(vim.fn.searchpos('\\V\\C' .. text:gsub('/', '\\/'), 'cnw'))
  assert(row > 0, text .. ' is not in the file')
  return vim.fn.synIDattr(vim.fn.synID(row, column, 1), 'name')
end

local function colours(lines, wanted)
  vim.cmd('enew!')
  vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(lines, '\n'))
  vim.bo.syntax = 'http'
  for text, name in pairs(wanted) do
    check.equal(group(text), name, text)
  end
end

colours(
  [[
# Account of me@example.com
/*
 blocked
*/
### Title
# @name login
get {{host}}/a
// between
A: b

{
  # inside
  "a": {{$vault path=x}}
}

# behind

### Next
PROPFIND http://a
@later := 1

### Curl
curl http://b
]],
  {
    ['# Account'] = 'httpComment',
    ['@example'] = 'httpComment',
    blocked = 'httpComment',
    ['### Title'] = 'httpSeparator',
    ['@name'] = 'httpDirective',
    get = 'httpMethod',
    ['// between'] = 'httpComment',
    ['A: b'] = 'httpHeader',
    ['# inside'] = 'httpComment',
    ['$vault'] = 'httpProvider',
    ['# behind'] = 'httpComment',
    PROPFIND = 'httpMethod',
    ['@later'] = 'httpVariable',
    curl = 'httpMethod',
  }
)

-- Ruling C1: in texts such lines are sent.
colours(
  [[
POST http://a
Content-Type: text/plain
# comment

# sent {{x}}

> {%
 script
%}
### Next
# again
]],
  {
    ['# comment'] = 'httpComment',
    ['# sent'] = 'httpSent',
    ['{{x}}'] = 'httpExpression',
    script = 'httpScript',
    ['### Next'] = 'httpSeparator',
    ['# again'] = 'httpComment',
  }
)

-- What is not closed ends with the request.
colours('GRAPHQL http://a\n\nquery Q($a: Int) { a }\n\n> {% a\n### Next\n?? status == 200', {
  ['query Q'] = '',
  ['> {%'] = 'httpScript',
  ['### Next'] = 'httpSeparator',
  ['??'] = 'httpOperator',
})
