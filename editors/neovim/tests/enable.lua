-- With autostart off nothing starts until vim.lsp.enable() is called.
local check = require('check')

vim.cmd.edit(vim.env.TEST_FILE)
vim.wait(500)
check.equal(#vim.lsp.get_clients(), 0, 'servers')
if not vim.lsp.enable then
  return
end
vim.lsp.enable('vault_lsp')
local _, client = check.open(vim.env.TEST_FILE)
check.equal(client.config.root_dir, vim.uv.fs_realpath(vim.env.TEST_WORK), 'root')
vim.cmd('LspVaultSend one')
check.await_response('HTTP/1.1 200 OK')
check.equal(#vim.lsp.get_clients(), 1, 'servers')
