-- Requests are sent with a secret of a real Vault server.
local check = require('check')

local bufnr = check.open(vim.env.TEST_FILE)
local window = vim.api.nvim_get_current_win()
check.put_cursor('/first')
vim.cmd('LspVaultSend')
local text = check.await_response('HTTP/1.1 200 OK')
check.contains(text, '# total ', 'timings')
check.contains(text, 'X-Echo: Bearer ●●●●●●', 'headers')
check.contains(text, '"password": "●●●●●●"', 'indented body')
check.contains(text, '# {{$vault path=app/db key=password}}: cache miss, credential infra', 'secrets')
check.equal(vim.api.nvim_get_current_win(), window, 'window after sending')

-- What is sent is the buffer, not the file; the secret comes from the cache.
local row = vim.api.nvim_win_get_cursor(0)[1]
vim.api.nvim_buf_set_lines(bufnr, row - 1, row, false, { 'GET {{host}}/edited' })
vim.cmd('LspVaultSend')
text = check.await_response('/edited')
check.contains(text, 'cache hit', 'secrets')

-- A failure stands in the response window, with its place.
vim.cmd('LspVaultSend failing')
text = check.await_response('no response: undefined-variable')
check.contains(text, 'of the request file', 'failure')
check.contains(text, 'nowhere', 'failure')
vim.cmd('LspVaultSend absent')
check.await_response('no response: no-such-request')

-- A slow request can be cancelled.
vim.cmd('LspVaultSend slow')
check.eventually('the request is under way', function()
  return vim.uv.fs_stat(vim.env.TEST_ARRIVED)
end)
vim.cmd('LspVaultCancel')
check.await_message('cancelled')
vim.cmd('LspVaultCancel')
check.await_message('nothing is being sent')

-- The cache can be asked about and reset.
vim.cmd('LspVaultCache')
check.await_message('1 secrets cached')
vim.cmd('LspVaultResetCache')
check.await_message('cache reset: 1 secrets')
vim.cmd('LspVaultSend one')
check.await_response('cache miss')

-- Diagnostics point at what is undefined.
local diagnostics = check.eventually('a diagnostic', function()
  local found = vim.diagnostic.get(bufnr)
  return #found > 0 and found
end)
check.contains(diagnostics[1].message, 'nowhere', 'diagnostic')

-- cURL keeps references; secrets never go to a register.
vim.cmd('LspVaultCopyCurl')
check.await_message('copied as cURL')
check.contains(vim.fn.getreg('"'), 'curl', 'register')
check.contains(vim.fn.getreg('"'), '{{$vault path=app/db key=password}}', 'register')
local _, problem = pcall(vim.cmd, 'LspVaultCopyCurl!')
check.contains(tostring(problem), 'no clipboard', 'what is shown')

check.lacks(check.everything(), vim.env.TEST_VALUE, 'what Neovim shows')
