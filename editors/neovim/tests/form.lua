-- What is typed into a form is checked as the server checks it: all agree on the
-- cases of one file.
local check = require('check')
local rules = require('vault_lsp.check')

local file = io.open(vim.env.TEST_PLUGIN .. '/../../testdata/form/fields.json')
local cases = vim.json.decode(file:read('*a'))
file:close()
for _, case in ipairs(cases) do
  local field = { type = case.type, values = case.values, prompt = 'Field', required = false }
  local problem = rules.field(field, case.value)
  local what = ('%s %q: %s'):format(case.type, case.value, tostring(problem))
  check.equal(problem == nil, case.good, what)
end
check.equal(rules.field({ type = 'text', prompt = 'Role', required = true }, ''), 'Role is required', 'empty')
check.equal(rules.field({ type = 'text', prompt = 'Role', required = false }, ''), nil, 'empty')
check.equal(rules.name('team.dev-1@x'), nil, 'name')
check.equal(type(rules.name('two words')), 'string', 'name')
