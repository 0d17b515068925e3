-- The buffer's user commands, and what code lenses and code actions run.
local M = {}

-- range of the selection or the cursor, in the client's encoding.
local function range(client, bufnr, event)
  if event.range > 0 then
    local first, last = vim.fn.getpos("'<"), vim.fn.getpos("'>")
    local text = vim.api.nvim_buf_get_lines(bufnr, last[2] - 1, last[2], false)[1] or ''
    local stop = math.min(last[3], #text)
    return vim.lsp.util.make_given_range_params(
      { first[2], first[3] - 1 },
      { last[2], math.max(stop - 1, 0) },
      bufnr,
      client.offset_encoding
    ).range
  end
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  return { start = params.position, ['end'] = params.position }
end

local providers = { 'aws', 'gcp', 'vault', 'hcp', 'azure', 'local' }

-- The table of commands: name, description, what it does with the event.
local function commands(client, bufnr)
  local send = require('vault_lsp.send')
  local credential = require('vault_lsp.credential')
  local session = require('vault_lsp.session')
  return {
    { 'LspVaultSend', 'Send the request under the cursor, or the named one', function(e) send.request(bufnr, e.args) end, '?' },
    { 'LspVaultSendAll', 'Send every request of the file', function() send.all(bufnr) end },
    { 'LspVaultCancel', 'Cancel the request under way', function() send.cancel(bufnr) end },
    { 'LspVaultCopyCurl', 'Copy the request as cURL; with ! its secrets too', function(e) send.curl(bufnr, e.bang) end },
    { 'LspVaultAddCredential', 'Add a credential profile', function() credential.add(bufnr) end },
    { 'LspVaultTestCredential', 'Sign in and say who you are', function(e) credential.test(bufnr, e.args) end, '?' },
    { 'LspVaultLogin', 'Sign in again', function(e) credential.login(bufnr, e.args) end, '?' },
    { 'LspVaultRemoveCredential', 'Remove a credential profile', function(e) credential.remove(bufnr, e.args) end, '?' },
    { 'LspVaultEnvironment', 'Select the environment', function(e) session.environment(bufnr, e.args) end, '?' },
    { 'LspVaultResetCache', 'Drop cached secrets and logins', function() session.reset_cache(bufnr) end },
    { 'LspVaultCache', 'Say what the cache holds', function() session.cache(bufnr) end },
    { 'LspVaultPermissions', 'List and revoke permissions', function() session.permissions(bufnr) end },
    {
      'LspVaultInsertSecret',
      'Insert a secret reference, or replace the selection by one',
      function(e) require('vault_lsp.secret').insert(bufnr, e.args, range(client, bufnr, e)) end,
      '?',
    },
  }
end

-- create makes the commands of a buffer.
function M.create(client, bufnr)
  for _, command in ipairs(commands(client, bufnr)) do
    local name, desc, run, nargs = unpack(command, 1, 4)
    vim.api.nvim_buf_create_user_command(bufnr, name, run, {
      desc = desc,
      nargs = nargs or 0,
      bang = name == 'LspVaultCopyCurl',
      range = name == 'LspVaultInsertSecret',
      complete = name == 'LspVaultInsertSecret' and function() return providers end or nil,
    })
  end
  for _, command in ipairs({ 'vault-lsp.sendRequest', 'vault-lsp.sendAll' }) do
    vim.lsp.commands[command] = function(lens, context)
      require('vault_lsp.send').lens(context.bufnr or vim.api.nvim_get_current_buf(), command, lens.arguments[1])
    end
  end
end

return M
