-- :checkhealth tells what is right and what is wrong; the help can be found.
local check = require('check')

local function health()
  vim.cmd('checkhealth vault_lsp')
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
end

check.open(vim.env.TEST_FILE)
local text = health()
check.contains(text, vim.env.TEST_BIN, 'health')
check.contains(text, 'runs in ' .. vim.uv.fs_realpath(vim.env.TEST_WORK), 'health')
check.lacks(text, 'ERROR', 'health')
require('vault_lsp').setup({ cmd = { '/nonexistent/vault-lsp', 'serve' } })
check.contains(health(), '/nonexistent/vault-lsp is not an executable', 'health')

-- Every command and option is in the help.
vim.fn.mkdir(vim.env.TEST_HELP .. '/doc', 'p')
vim.uv.fs_copyfile(vim.env.TEST_PLUGIN .. '/doc/vault-lsp.txt', vim.env.TEST_HELP .. '/doc/vault-lsp.txt')
vim.cmd.helptags(vim.env.TEST_HELP .. '/doc')
vim.opt.runtimepath:prepend(vim.env.TEST_HELP)
vim.cmd.edit(vim.env.TEST_FILE)
local names = {}
for name in pairs(vim.api.nvim_buf_get_commands(0, {})) do
  if vim.startswith(name, 'LspVault') then
    names[#names + 1] = ':' .. name
  end
end
check.equal(#names, 15, 'commands')
for option in pairs(require('vault_lsp.config').get()) do
  names[#names + 1] = 'vault-lsp-' .. option
end
vim.cmd('tabnew | only')
for _, name in ipairs(names) do
  vim.cmd.help(name)
  check.contains(vim.api.nvim_get_current_line(), '*' .. name .. '*', 'help')
  vim.cmd.helpclose()
end

-- JSON is indented without losing order, numbers or strings.
local indent = require('vault_lsp.json').indent
local compact = [[{"b":1.50,"a":[1,2],"e":{},"s":"x: \"{,"}]]
local indented = [[{
  "b": 1.50,
  "a": [
    1,
    2
  ],
  "e": {},
  "s": "x: \"{,"
}]]
check.equal(indent(compact), indented, 'indented')
check.equal(indent(indented), indented, 'indented twice')
check.equal(indent('not json'), 'not json', 'no JSON')
