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
-- What is typed wrong is asked for again.
local asked = check.answers({
  'HashiCorp',
  'Token',
  'two words',
  'second',
  'vault.example.com',
  vim.env.TEST_VAULT_ADDRESS,
  'Add',
  'Later',
})
vim.cmd('LspVaultAddCredential')
check.await_message('added credential "second"')
check.eventually('the last question', function()
  return #asked == 8
end)
check.contains(check.messages(), 'use letters, digits', 'messages')
check.contains(check.messages(), 'Address must be an http or https URL', 'messages')
check.answers({ 'second' })
vim.cmd('LspVaultTestCredential')
check.await_message('second: ')
vim.cmd('LspVaultLogin second')
check.await_message('signed in with second: ')
check.equal(vim.fn.getcompletion('LspVaultLogin s', 'cmdline'), { 'second' }, 'completion')

-- A form for what there is: filled in, and the secret stays. Another place of the
-- secret takes it out of the keyring's hands.
asked = check.answers({ 'second', 'Edit', 'namespace', 'team', 'Save' })
vim.cmd('LspVaultCredentials')
check.await_message('changed credential "second"')
asked = check.answers({
  'token = kept in the OS keyring',
  'Environment',
  'A=B',
  'Environment',
  'TEST_VAULT_TOKEN',
  'namespace = team',
  '',
  'Save',
})
vim.cmd('LspVaultEditCredential second')
check.eventually('the second change', function()
  local file = io.open(vim.env.XDG_CONFIG_HOME .. '/vault-lsp/config.json')
  local config = file:read('*a')
  file:close()
  return config:find('"second".*"env": "TEST_VAULT_TOKEN"') and not config:find('"team"', 1, true)
end)
check.equal(#asked, 8, 'questions of the second change')
check.answers({ 'Make default' })
asked = check.answers({ 'second', 'Make default' })
vim.cmd('LspVaultCredentials')
check.await_message('"second" is the default now')

-- A user of the server, whose password is typed.
local token = typed
typed = vim.env.TEST_PASSWORD
check.answers({ 'HashiCorp', 'User name', 'people', vim.env.TEST_VAULT_ADDRESS, 'jo', 'Add', 'Test' })
vim.cmd('LspVaultAddCredential')
check.await_message('people: ')
check.await_message('valid ')
typed = token

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
for _, secret in ipairs({
  vim.env.TEST_PASSWORD,
  vim.env.TEST_PASSPHRASE,
  vim.env.TEST_LOCAL_VALUE,
  vim.env.TEST_VAULT_TOKEN,
}) do
  check.lacks(logged, secret, 'protocol log')
  check.lacks(check.everything(), secret, 'what Neovim shows')
end
check.equal(client.name, 'vault_lsp', 'client')
