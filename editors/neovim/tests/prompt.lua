-- A request that prompts is sent once the user has answered: shown, chosen, or
-- hidden.
local check = require('check')

local path = vim.env.TEST_WORK .. '/prompt.http'
local target = table.concat(vim.fn.readfile(vim.env.TEST_FILE), '\n'):match('@host = (%S+)')
vim.fn.writefile({
  '# @prompt code The code',
  '# @secret pin',
  'GET ' .. target .. '/{{code}}',
  'X-Key: {{pin}}',
}, path)
check.open(path)
local asked = check.answers({ 'first-code' })
local hidden = {}
vim.fn.inputsecret = function(prompt)
  hidden[#hidden + 1] = prompt
  return vim.env.TEST_PASSPHRASE
end
vim.cmd('LspVaultSend')
check.contains(check.await_response('"path": "/first-code"'), '"key": "●●●●●●"', 'response')
check.equal(#asked, 1, 'questions that show')
check.equal(#hidden, 1, 'questions that do not')
check.lacks(check.everything(), vim.env.TEST_PASSPHRASE, 'what Neovim shows')
