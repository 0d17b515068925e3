-- The user commands of a buffer.
local M = {}

-- position converts a byte of a line. It is not vim.lsp.util's conversion, which
-- in Neovim 0.10 is wrong behind characters of several bytes.
local function position(client, row, text, column)
  local encoding, character = client.offset_encoding, column
  if encoding ~= 'utf-8' then
    local utf32, utf16 = vim.str_utfindex(text, column)
    character = encoding == 'utf-32' and utf32 or utf16
  end
  return { line = row, character = character }
end

-- range is the selection, or the cursor as an empty range. Behind a blank at
-- the end of a line is where a value belongs, though the cursor of normal mode
-- cannot stand there.
local function range(client, bufnr, event)
  local function line(row)
    return vim.api.nvim_buf_get_lines(bufnr, row, row + 1, false)[1] or ''
  end
  local first, last = vim.api.nvim_buf_get_mark(bufnr, '<'), vim.api.nvim_buf_get_mark(bufnr, '>')
  if event.range == 2 and event.line1 == first[1] and event.line2 == last[1] then
    local start, stop = line(first[1] - 1), line(last[1] - 1)
    local column = math.min(last[2] + 1, #stop)
    local behind = column > 0 and column + vim.str_utf_end(stop, column) or 0
    return {
      start = position(client, first[1] - 1, start, first[2]),
      ['end'] = position(client, last[1] - 1, stop, behind),
    }
  end
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local text = line(row - 1)
  if column == #text - 1 and text:sub(-1):find('%s') then
    column = #text
  end
  local here = position(client, row - 1, text, column)
  return { start = here, ['end'] = here }
end

local function insert(bufnr, event)
  local client = require('vault_lsp.rpc').client(bufnr)
  if client then
    require('vault_lsp.secret').insert(bufnr, event.args, range(client, bufnr, event))
  end
end

-- What a command takes beside its description.
local none, name = {}, { nargs = '?' }
local credential_name = {
  nargs = '?',
  complete = function(prefix)
    return require('vault_lsp.rpc').names('vault-lsp.listCredentials', prefix)
  end,
}
local provider = {
  nargs = '?',
  range = true,
  complete = function(prefix)
    return require('vault_lsp.rpc').names('vault-lsp.listProviders', prefix)
  end,
}

-- create makes the commands of a buffer.
function M.create(bufnr)
  local send = require('vault_lsp.send')
  local credential = require('vault_lsp.credential')
  local session = require('vault_lsp.session')
  local function command(command_name, run, desc, takes)
    vim.api.nvim_buf_create_user_command(bufnr, command_name, function(event)
      run(bufnr, event)
    end, vim.tbl_extend('error', { desc = desc }, takes))
  end
  -- named passes the command's argument on.
  local function named(run)
    return function(buffer, event)
      run(buffer, event.args)
    end
  end
  local function curl(buffer, event)
    send.curl(buffer, event.bang)
  end
  command('LspVaultSend', named(send.request), 'Send the request under the cursor, or the named one', name)
  command('LspVaultSendAll', send.all, 'Send every request of the file', none)
  command('LspVaultCancel', send.cancel, 'Cancel what is being sent', none)
  command('LspVaultCopyCurl', curl, 'Copy the request as cURL; with ! its secrets too', { bang = true })
  command('LspVaultInsertSecret', insert, 'Insert a secret reference, or put it for the selection', provider)
  command('LspVaultEnvironment', named(session.environment), 'Select the environment', name)
  command('LspVaultCredentials', credential.manage, 'Show and change the credential profiles', none)
  command('LspVaultAddCredential', credential.add, 'Add a credential profile', none)
  command('LspVaultEditCredential', named(credential.edit), 'Edit a credential profile', credential_name)
  command('LspVaultTestCredential', named(credential.test), 'Say who you are', credential_name)
  command('LspVaultLogin', named(credential.login), 'Sign in anew', credential_name)
  command(
    'LspVaultRemoveCredential',
    named(credential.remove),
    'Remove a credential profile',
    credential_name
  )
  command('LspVaultCache', session.cache, 'Say what the cache holds', none)
  command('LspVaultResetCache', session.reset_cache, 'Drop cached secrets and logins', none)
  command('LspVaultPermissions', session.permissions, 'List and revoke permissions', none)
end

return M
