-- :checkhealth tells what is right and what is wrong; help tags exist.
local check = require('check')

check.open(vim.env.TEST_FILE)
vim.cmd('checkhealth vault_lsp')
local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
check.contains(text, 'vault-lsp ', 'health')
check.contains(text, 'runs for', 'health')
vim.cmd('helptags ' .. vim.fn.fnameescape(vim.env.TEST_PLUGIN .. '/doc'))
vim.cmd('help vault-lsp')
check.contains(vim.api.nvim_buf_get_name(0), 'vault-lsp.txt', 'help')

-- Without the program there is one clear message, not an error.
require('vault_lsp').setup({ cmd = { '/nonexistent/vault-lsp', 'serve' } })
vim.cmd('checkhealth vault_lsp')
text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
check.contains(text, 'is not an executable', 'health')

-- JSON is indented without losing order, numbers or strings.
local indent = require('vault_lsp.json').indent
check.equal(indent('{"b":1.50,"a":[1,2],"e":{},"s":"x: \\"{,"}'), '{\n  "b": 1.50,\n  "a": [\n    1,\n    2\n  ],\n  "e": {},\n  "s": "x: \\"{,"\n}', 'indent')
check.equal(indent('not json'), 'not json', 'indent')
check.done()
