-- A credential is added by the form; its secret goes through a command to the
-- server and never through the protocol. Then the local vault is unlocked.
local check = require('check')

vim.lsp.set_log_level('trace')
local bufnr = check.open(vim.env.TEST_FILE)
vim.fn.inputsecret = function()
  return vim.env.TEST_PASSPHRASE
end

check.answers({})
vim.cmd('LspVaultSend local')
local text = check.await_response('HTTP/1.1 200')
check.contains(text, '●●●●●●', 'response')

check.answers({ 'two' })
vim.cmd('LspVaultTestCredential infra')
check.eventually('who I am', function()
  return vim.api.nvim_exec2('messages', { output = true }).output:find('infra: ') ~= nil
end)

local environment = check.answers({ 'prod' })
vim.cmd('LspVaultEnvironment')
check.eventually('the environment is selected', function()
  return vim.b[bufnr].vault_lsp_environment == 'prod'
end)
check.equal(#environment, 1, 'questions')
check.equal(require('vault_lsp').status(bufnr), 'env: prod', 'status')

-- The protocol log holds neither the passphrase nor the value.
local log = io.open(vim.lsp.get_log_path and vim.lsp.get_log_path() or vim.lsp.log.get_filename(), 'r')
local logged = log and log:read('*a') or ''
for _, marker in ipairs({ vim.env.TEST_PASSPHRASE, vim.env.TEST_LOCAL_VALUE }) do
  if logged:find(marker, 1, true) then
    check.fail('the protocol log shows ' .. marker)
  end
end
check.contains(logged, 'workspace/executeCommand', 'protocol log')
check.done()
