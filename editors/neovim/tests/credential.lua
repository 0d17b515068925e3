-- A credential is added by a form; its secret goes to the keyring through a
-- command and never through the protocol. A locked vault asks for its
-- passphrase the same way.
local check = require('check')

if vim.lsp.log.set_level then
  vim.lsp.log.set_level('trace')
else
  vim.lsp.set_log_level('trace')
end
local bufnr, client = check.open(vim.env.TEST_FILE)

local typed = vim.env.TEST_VAULT_TOKEN
vim.fn.inputsecret = function()
  return typed
end
check.answers({ 'HashiCorp', 'Token', 'second', vim.env.TEST_VAULT_ADDRESS, 'Add' })
vim.cmd('LspVaultAddCredential')
check.await_message('added credential "second"')
check.answers({ 'second' })
vim.cmd('LspVaultTestCredential')
check.await_message('second: ')
vim.cmd('LspVaultLogin second')
vim.cmd('LspVaultRemoveCredential second')
check.await_message('removed credential "second"')
vim.cmd('LspVaultTestCredential second')
check.await_message('no credential')

-- A wrong passphrase is refused with a sentence; the right one sends.
typed = 'wrong-passphrase'
vim.cmd('LspVaultSend local')
check.eventually('the refusal', function()
  return check.messages():find('passphrase', 1, true) or (check.response() or ''):find('passphrase', 1, true)
end)
typed = vim.env.TEST_PASSPHRASE
vim.cmd('LspVaultSend local')
check.contains(check.await_response('"path": "/local"'), '"key": "●●●●●●"', 'response')

-- The environment holds for the folder and is shown in status lines.
check.equal(require('vault_lsp').status(bufnr), '', 'status')
check.answers({ 'prod' })
vim.cmd('LspVaultEnvironment')
check.eventually('the environment is selected', function()
  return require('vault_lsp').status(bufnr) == 'env: prod'
end)
vim.cmd('LspVaultEnvironment nowhere')
check.await_message('there is no environment "nowhere"')

-- The protocol log holds no secret.
local log = io.open(vim.lsp.log.get_filename())
local logged = log:read('*a')
log:close()
check.contains(logged, 'workspace/executeCommand', 'protocol log')
for _, secret in ipairs({ vim.env.TEST_PASSPHRASE, vim.env.TEST_LOCAL_VALUE, vim.env.TEST_VAULT_TOKEN }) do
  check.lacks(logged, secret, 'protocol log')
  check.lacks(check.everything(), secret, 'what Neovim shows')
end
check.equal(client.name, 'vault_lsp', 'client')
