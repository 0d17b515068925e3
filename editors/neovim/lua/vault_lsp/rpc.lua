-- Commands of the server, over workspace/executeCommand.
local async = require('vault_lsp.async')

local M = {}

local has_methods = vim.fn.has('nvim-0.11') == 1

-- client returns the server of a buffer, or nil after telling the user.
function M.client(bufnr)
  local client = vim.lsp.get_clients({ bufnr = bufnr, name = 'vault_lsp' })[1]
  if not client then
    M.notify('the server does not run for this buffer; see :checkhealth vault_lsp', vim.log.levels.ERROR)
  end
  return client
end

-- call runs a command, calls done(err, result) in the main loop, and returns
-- the request's id, or nil where the server is gone.
function M.call(client, bufnr, command, args, done)
  local params = { command = command, arguments = { args or vim.empty_dict() } }
  local function answered(err, result)
    vim.schedule(function()
      done(err, result ~= vim.NIL and result or nil)
    end)
  end
  local sent, id
  if has_methods then
    sent, id = client:request('workspace/executeCommand', params, answered, bufnr)
  else
    sent, id = client.request('workspace/executeCommand', params, answered, bufnr)
  end
  return sent and id or nil
end

-- cancel asks the server to give up a call.
function M.cancel(client, id)
  if has_methods then
    client:cancel_request(id)
  else
    client.cancel_request(id)
  end
end

-- ask is call for a coroutine: it returns the result, or nil after showing the
-- error.
function M.ask(client, bufnr, command, args)
  local err, result = M.try(client, bufnr, command, args)
  if err then
    M.fail(err)
  end
  return result
end

-- try is ask that leaves the error to the caller: it returns error and result.
function M.try(client, bufnr, command, args)
  return async.await(function(done)
    if not M.call(client, bufnr, command, args, done) then
      done({ message = 'the server has ended; see :checkhealth vault_lsp' })
    end
  end)
end

-- names are those of what a command lists, as far as they begin with prefix, for
-- completion on the command line; none where the server takes its time.
function M.names(command, prefix)
  local client = vim.lsp.get_clients({ bufnr = 0, name = 'vault_lsp' })[1]
  local found
  if client then
    M.call(client, 0, command, nil, function(err, list)
      found = err and {} or list
    end)
    vim.wait(1000, function()
      return found ~= nil
    end, 10)
  end
  local names = {}
  for _, item in ipairs(found or {}) do
    if vim.startswith(item.name, prefix) then
      names[#names + 1] = item.name
    end
  end
  return names
end

-- failure returns the data of an error of the server; {} where it has none.
function M.failure(err)
  return type(err.data) == 'table' and err.data or {}
end

-- describe returns an error's message and what to do about it.
function M.describe(err)
  local hint = M.failure(err).hint
  local text = err.message or 'failed'
  return type(hint) == 'string' and hint ~= '' and (text .. '\n' .. hint) or text
end

function M.fail(err)
  M.notify(M.describe(err), vim.log.levels.ERROR)
end

function M.notify(text, level)
  vim.notify('vault-lsp: ' .. text, level or vim.log.levels.INFO)
end

return M
