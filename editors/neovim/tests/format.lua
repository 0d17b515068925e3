-- Formatting keeps the cursor, marks and folds; gq formats its lines alone.
local check = require('check')

local function open(name, lines)
  local path = vim.env.TEST_WORK .. '/' .. name
  vim.fn.writefile(lines, path)
  local bufnr = check.open(path)
  check.eventually('gq asks the server', function()
    return vim.bo[bufnr].formatexpr == 'v:lua.vim.lsp.formatexpr()'
  end)
  return bufnr
end

local source = {
  '###One',
  'post  http://127.0.0.1',
  '',
  '',
  '{',
  '  "a":1,',
  '  "b":{{x}}',
  '}',
}

local bufnr = open('format.http', source)
vim.wo.foldmethod = 'manual'
vim.cmd('5,8fold')
vim.cmd('5foldopen')
vim.api.nvim_win_set_cursor(0, { 7, 8 })
vim.lsp.buf.format()
check.equal(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), {
  '### One',
  'POST http://127.0.0.1',
  '',
  '{',
  '  "a": 1,',
  '  "b": {{x}}',
  '}',
}, 'formatted')
check.equal(vim.api.nvim_win_get_cursor(0), { 6, 9 }, 'cursor')
check.equal(vim.fn.foldlevel(4), 1, 'fold')

bufnr = open('gq.http', source)
vim.cmd('normal! 6Ggqq')
local want = vim.deepcopy(source)
want[6] = '  "a": 1,'
check.equal(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), want, 'gqq')
