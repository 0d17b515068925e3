-- The user is asked before a secret goes to a foreign origin.
local check = require('check')

check.open(vim.env.TEST_FILE)
local asked = check.answers({ 'Deny' })
vim.cmd('LspVaultSend foreign')
local text = check.await_response('no response: destination-denied')
check.equal(#asked, 1, 'questions')
check.contains(asked[1], 'https://api.example.test', 'question')
check.contains(asked[1], '{{$vault path=app/db key=password}} in header', 'question')
check.contains(asked[1], 'credential infra', 'question')
check.contains(text, 'api.example.test', 'failure')

-- Allowed once, it goes as far as the name of the host, which does not exist.
asked = check.answers({ 'Allow once' })
vim.cmd('LspVaultSend foreign')
check.await_response('no response: host-not-found')
check.equal(#asked, 1, 'questions')

-- Always is remembered, and can be revoked.
asked = check.answers({ 'Always', '{{$vault path=app/db key=password}} to https://api.example.test' })
vim.cmd('LspVaultSend foreign')
check.eventually('the question', function()
  return #asked == 1
end)
check.eventually('the answer is kept', function()
  vim.cmd('LspVaultPermissions')
  vim.wait(200)
  return check.messages():find('may no longer go to', 1, true)
end)
check.lacks(check.everything(), vim.env.TEST_VALUE, 'what Neovim shows')
