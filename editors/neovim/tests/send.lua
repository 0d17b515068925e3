-- A request under the cursor is sent with a secret of a real Vault server.
local check = require('check')

local bufnr, client = check.open(vim.env.TEST_FILE)
vim.api.nvim_win_set_cursor(0, { 5, 0 })
vim.cmd('LspVaultSend')
local text = check.await_response('HTTP/1.1 200')
check.contains(text, 'Bearer ●●●●●●', 'response')
check.contains(text, 'total', 'timings')
check.contains(text, 'X-Echo: ', 'headers')
check.contains(text, '"password": "●●●●●●"', 'indented body')
check.contains(text, '(cache miss, credential infra)', 'secrets')

-- Unsaved edits are what is sent, and the secret comes from the cache now.
vim.api.nvim_buf_set_lines(bufnr, 4, 5, false, { 'GET {{host}}/edited' })
vim.cmd('LspVaultSend')
text = check.await_response('/edited')
check.contains(text, '(cache hit, credential infra)', 'secrets')

-- By name, and by code lens.
vim.cmd('LspVaultSend failing')
check.await_response('not sent: undefined-variable')
check.eventually('code lenses', function()
  return #vim.lsp.codelens.get(bufnr) > 0
end)
vim.api.nvim_win_set_cursor(0, { 5, 0 })

-- The cache can be asked about and reset.
check.answers({})
vim.cmd('LspVaultResetCache')
check.eventually('the reset is told', function()
  return vim.api.nvim_exec2('messages', { output = true }).output:find('dropped 1 secrets') ~= nil
end)
vim.cmd('LspVaultSend one')
check.await_response('(cache miss, credential infra)')

-- Diagnostics point at what is undefined.
check.eventually('a diagnostic', function()
  return #vim.diagnostic.get(bufnr) > 0
end)
check.contains(vim.diagnostic.get(bufnr)[1].message, 'nowhere', 'diagnostic')

local all = check.everything()
if all:find(vim.env.TEST_VALUE, 1, true) then
  check.fail('the value shows:\n' .. all)
end
check.equal(client.name, 'vault_lsp', 'client')
check.done()
