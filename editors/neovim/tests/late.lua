-- A plugin manager loads the plugin only when a buffer needs it.
local check = require('check')

vim.cmd.edit(vim.env.TEST_FILE)
check.equal(vim.fn.exists(':LspVaultSend'), 0, 'commands before the plugin')
vim.opt.runtimepath:append(vim.env.TEST_PLUGIN)
vim.cmd.runtime('plugin/vault_lsp.lua')
require('vault_lsp').setup({ cmd = { vim.env.TEST_BIN, 'serve' } })
vim.cmd('doautocmd FileType')
check.open(vim.env.TEST_FILE)
check.equal(#vim.lsp.get_clients(), 1, 'servers')
