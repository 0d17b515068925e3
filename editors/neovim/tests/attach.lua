-- Both extensions and both file types attach, to one server.
local check = require('check')

local function servers()
  return #vim.lsp.get_clients({ name = 'vault_lsp' })
end

check.open(vim.env.TEST_FILE)
check.equal(vim.bo.filetype, 'http', 'file type')
check.equal(vim.bo.commentstring, '# %s', 'comments')
vim.fn.writefile({ 'GET http://127.0.0.1/' }, vim.env.TEST_WORK .. '/other.rest')
check.open(vim.env.TEST_WORK .. '/other.rest')
check.equal(vim.bo.filetype, 'http', 'file type')
vim.cmd.enew()
vim.cmd.file(vim.env.TEST_WORK .. '/third')
vim.bo.filetype = 'rest'
check.eventually('a buffer of file type rest attaches', function()
  return vim.fn.exists(':LspVaultSend') == 2
end)
check.equal(servers(), 1, 'servers')

-- Enabled by the user as well, there is still one.
if vim.lsp.enable then
  vim.lsp.enable('vault_lsp')
  check.open(vim.env.TEST_FILE)
  vim.wait(300)
  check.equal(servers(), 1, 'servers')
end

-- Other file types do not attach, and a missing program is told once.
vim.cmd.enew()
vim.bo.filetype = 'lua'
vim.wait(200)
check.equal(vim.fn.exists(':LspVaultSend'), 0, 'commands elsewhere')
check.lacks(check.messages(), 'not an executable', 'messages')
require('vault_lsp').setup({ cmd = { '/nonexistent/vault-lsp', 'serve' } })
vim.cmd.edit(vim.env.TEST_WORK .. '/missing.http')
check.await_message('/nonexistent/vault-lsp is not an executable')
