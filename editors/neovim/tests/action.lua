-- A code action selects the environment that defines a variable, and the status
-- line knows it.
local check = require('check')

local path = vim.env.TEST_WORK .. '/action.http'
vim.fn.writefile({ 'GET https://a.example/{{x}}' }, path)
local bufnr = check.open(path)
local function undefined()
  return vim.iter(vim.diagnostic.get(bufnr)):any(function(d)
    return d.code == 'environment-not-selected'
  end)
end
check.eventually('a diagnostic', undefined)
vim.api.nvim_win_set_cursor(0, { 1, 24 })
vim.lsp.buf.code_action({
  apply = true,
  filter = function(action)
    return action.title == 'Select the environment prod'
  end,
})
check.eventually('no diagnostic', function()
  return not undefined()
end)
check.eventually('the status line', function()
  return vim.b[bufnr].vault_lsp_environment == 'prod'
end)
