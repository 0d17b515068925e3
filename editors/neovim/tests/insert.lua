-- A reference is inserted through a picker and a form whose choices come from
-- the vault.
local check = require('check')

local bufnr = check.open(vim.env.TEST_FILE)
vim.api.nvim_buf_set_lines(
  bufnr,
  -1,
  -1,
  false,
  { '###', 'GET {{host}}/inserted', 'X-Key: ', 'X-Ünïcode: plain “text” here' }
)
local last = vim.api.nvim_buf_line_count(bufnr)
local function line(row)
  return vim.api.nvim_buf_get_lines(bufnr, row - 1, row, false)[1]
end
local function await_line(row, want)
  local held = vim.wait(10000, function()
    return line(row) == want
  end, 20)
  if not held then
    error(('line %q, want %q; messages:\n%s'):format(line(row), want, check.messages()))
  end
end

-- At the end of a line, behind the blank.
vim.api.nvim_win_set_cursor(0, { last - 1, #'X-Key: ' - 1 })
local asked = check.answers({ 'HashiCorp', 'app/', 'app/db', 'key', 'password', 'Insert' })
vim.cmd('LspVaultInsertSecret')
await_line(last - 1, 'X-Key: {{$vault path=app/db key=password}}')
check.equal(#asked, 6, 'questions')

-- In place of a selection with characters of several bytes; values are typed
-- where the vault is not unlocked.
vim.fn.inputsecret = function()
  return ''
end
vim.api.nvim_win_set_cursor(0, { last, 0 })
vim.cmd('normal! f“vf”\27')
check.answers({ "it's a \\ name", 'Insert' })
vim.cmd("'<,'>LspVaultInsertSecret local")
await_line(last, [[X-Ünïcode: plain {{$local secret='it\'s a \\ name'}} here]])

-- Nothing is inserted where the user gives up.
local before = line(last)
vim.ui.input = function(_, done)
  done(nil)
end
vim.cmd('LspVaultInsertSecret gcp')
vim.wait(300)
check.equal(line(last), before, 'line')
