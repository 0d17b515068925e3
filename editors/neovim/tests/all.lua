-- Every request of a file is sent; one that fails does not stop the others.
local check = require('check')

check.open(vim.env.TEST_MANY)
vim.cmd('LspVaultSendAll')
local text = check.await_response('# 3 requests: 2 sent, 1 failed')
check.contains(text, '### first\nHTTP/1.1 200 OK', 'responses')
check.contains(text, '### broken\nno response: undefined-variable', 'responses')
check.contains(text, '"path": "/last"', 'responses')
check.lacks(check.everything(), vim.env.TEST_VALUE, 'what Neovim shows')
