-- Sends a request that is never answered; the test kills this Neovim.
local check = require('check')

check.open(vim.env.TEST_FILE)
vim.cmd('LspVaultSend slow')
vim.wait(60000, function()
  return false
end)
