-- Commands of the server, over workspace/executeCommand.
local M = {}

local modern = vim.fn.has('nvim-0.11') == 1

-- client returns the server of a buffer, or nil after telling the user.
function M.client(bufnr)
  local client = vim.lsp.get_clients({ bufnr = bufnr, name = 'vault_lsp' })[1]
  if not client then
    vim.notify('vault-lsp: the server does not run for this buffer; see :checkhealth vault_lsp', vim.log.levels.ERROR)
  end
  return client
end

-- call runs a command and calls done(err, result). The client's position
-- encoding is that of the positions in args.
function M.call(client, bufnr, command, args, done)
  local params = { command = command, arguments = { args or vim.empty_dict() } }
  if modern then
    return client:request('workspace/executeCommand', params, done, bufnr)
  end
  return client.request('workspace/executeCommand', params, done, bufnr)
end

-- ask is call for callers in a coroutine: it returns result, or nil and the error.
function M.ask(client, bufnr, command, args)
  local thread = coroutine.running()
  M.call(client, bufnr, command, args, function(err, result)
    vim.schedule(function()
      local ok, problem = coroutine.resume(thread, result, err)
      if not ok then
        vim.notify('vault-lsp: ' .. tostring(problem), vim.log.levels.ERROR)
      end
    end)
  end)
  local result, err = coroutine.yield()
  if result == vim.NIL then
    result = nil
  end
  return result, err
end

-- run starts a coroutine and shows what goes wrong in it.
function M.run(fn)
  local ok, problem = coroutine.resume(coroutine.create(fn))
  if not ok then
    vim.notify('vault-lsp: ' .. tostring(problem), vim.log.levels.ERROR)
  end
end

-- fail shows an error of the server: its message and what to do.
function M.fail(err)
  if not err then
    return
  end
  local text = err.message or 'failed'
  local data = type(err.data) == 'table' and err.data or {}
  if type(data.hint) == 'string' and data.hint ~= '' and not text:find(data.hint, 1, true) then
    text = text .. '\n' .. data.hint
  end
  vim.notify('vault-lsp: ' .. text, vim.log.levels.ERROR)
end

return M
