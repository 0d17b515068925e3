-- The lens above a request sends it.
local check = require('check')

local bufnr = check.open(vim.env.TEST_FILE)
check.put_cursor('/first')
local function lenses()
  if vim.lsp.codelens.enable then
    return vim.lsp.codelens.get({ bufnr = bufnr })
  end
  return vim.lsp.codelens.get(bufnr)
end
check.eventually('lenses', function()
  return #lenses() > 0
end)

local asked = check.answers({ 'Send' })
vim.lsp.codelens.run()
check.contains(check.await_response('"path": "/first"'), '●●●●●●', 'response')
check.contains(asked[1], 'ode lenses', 'question')

-- They follow edits.
local count = #lenses()
vim.api.nvim_buf_set_lines(bufnr, -1, -1, false, { '###', 'GET {{host}}/added' })
vim.cmd('doautocmd TextChanged')
check.eventually('one more lens', function()
  return #lenses() == count + 1
end)
vim.cmd('$')
vim.lsp.codelens.run()
check.await_response('"path": "/added"')
