-- A reference is inserted through a picker and a form whose choices come from
-- the vault.
local check = require('check')

local bufnr = check.open(vim.env.TEST_FILE)
local last = vim.api.nvim_buf_line_count(bufnr)
vim.api.nvim_buf_set_lines(bufnr, last, last, false, { '###', 'GET {{host}}/inserted', 'X-Key: ' })
vim.api.nvim_win_set_cursor(0, { last + 3, 7 })
vim.cmd('normal! $')
vim.api.nvim_win_set_cursor(0, { last + 3, #'X-Key: ' })

local asked = check.answers({ 'HashiCorp', 'app/', 'app/db', 'key', 'password', 'Insert' })
vim.cmd('startinsert!')
vim.cmd('LspVaultInsertSecret')
local function line()
  return vim.api.nvim_buf_get_lines(bufnr, last + 2, last + 3, false)[1]
end
check.eventually('the reference is inserted', function()
  return line():find('{{$vault', 1, true) ~= nil
end)
check.contains(line(), '{{$vault path=app/db key=password}}', 'inserted line')
check.contains(table.concat(asked, '|'), 'key', 'questions')

-- Completion offers the providers after {{$.
vim.cmd('stopinsert')
vim.api.nvim_buf_set_lines(bufnr, last + 2, last + 3, false, { 'X-Key: {{$' })
local params = {
  textDocument = { uri = vim.uri_from_bufnr(bufnr) },
  position = { line = last + 2, character = 10 },
}
local labels = {}
check.eventually('completion', function()
  local answers = vim.lsp.buf_request_sync(bufnr, 'textDocument/completion', params, 5000) or {}
  for _, answer in pairs(answers) do
    for _, item in ipairs(answer.result and (answer.result.items or answer.result) or {}) do
      labels[item.label] = true
    end
  end
  return next(labels) ~= nil
end)
if not (labels['$vault'] or labels['vault']) then
  check.fail('completion lacks vault: ' .. vim.inspect(vim.tbl_keys(labels)))
end
check.done()
