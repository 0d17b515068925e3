-- Sending requests.
local async = require('vault_lsp.async')
local entry = require('vault_lsp.entry')
local response = require('vault_lsp.response')
local rpc = require('vault_lsp.rpc')

local M = {}

local CONTENT_MODIFIED = -32801

-- The calls under way, by buffer and id, for cancel.
local running = {}

-- exchange runs a command in a coroutine and returns error and result. It does
-- not return if the call is cancelled: Neovim drops what the server answers then.
function M.exchange(client, bufnr, command, args)
  local calls = running[bufnr] or {}
  running[bufnr] = calls
  return async.await(function(done)
    local id
    id = rpc.call(client, bufnr, command, args, function(err, result)
      if calls[id] then
        calls[id] = nil
        done(err, result)
      end
    end)
    if id then
      calls[id] = client
    else
      done({ message = 'the server has ended; see :checkhealth vault_lsp' })
    end
  end)
end

-- send runs a sending command and shows what comes back.
local function send(bufnr, command, args, show)
  local client = rpc.client(bufnr)
  if not client then
    return
  end
  async.run(function()
    vim.api.nvim_echo({ { 'vault-lsp: sending …' } }, false, {})
    local err, result = entry.with(client, bufnr, function()
      return M.exchange(client, bufnr, command, args)
    end)
    vim.api.nvim_echo({ { '' } }, false, {})
    if not err then
      show(result)
    elseif err.code == CONTENT_MODIFIED then
      rpc.notify('the buffer has changed meanwhile; send again', vim.log.levels.WARN)
    else
      response.show_error(err)
    end
  end)
end

-- target is what a command works on: the named request, or the one under the
-- cursor of the current window.
local function target(bufnr, name)
  local args = { uri = vim.uri_from_bufnr(bufnr) }
  if name ~= '' then
    args.name = name
  else
    local client = vim.lsp.get_clients({ bufnr = bufnr, name = 'vault_lsp' })[1]
    local encoding = client and client.offset_encoding or 'utf-16'
    args.position = vim.lsp.util.make_position_params(0, encoding).position
  end
  return args
end

-- request sends the named request, or the one under the cursor.
function M.request(bufnr, name)
  local args = target(bufnr, name)
  args.version = vim.lsp.util.buf_versions[bufnr]
  send(bufnr, 'vault-lsp.sendRequest', args, response.show)
end

-- all sends every request of the buffer in order.
function M.all(bufnr)
  send(bufnr, 'vault-lsp.sendAll', { uri = vim.uri_from_bufnr(bufnr) }, response.show_all)
end

-- lenses are the commands that code lenses carry, for the client's commands.
M.lenses = {
  ['vault-lsp.sendRequest'] = function(lens, context)
    send(context.bufnr, lens.command, lens.arguments[1], response.show)
  end,
  ['vault-lsp.sendAll'] = function(lens, context)
    send(context.bufnr, lens.command, lens.arguments[1], response.show_all)
  end,
}

-- cancel gives up what the buffer waits for.
function M.cancel(bufnr)
  local calls = running[bufnr] or {}
  if not next(calls) then
    return rpc.notify('nothing is being sent')
  end
  running[bufnr] = nil
  for id, client in pairs(calls) do
    calls[id] = nil
    rpc.cancel(client, id)
  end
  rpc.notify('cancelled')
end

-- curl copies the request under the cursor as a cURL command, with reveal also
-- its secrets. Those go to the clipboard only: Neovim writes its own registers
-- to the shada file.
function M.curl(bufnr, reveal)
  local client = rpc.client(bufnr)
  if not client then
    return
  end
  local clipboard = vim.fn.has('clipboard') == 1
  if reveal and not clipboard then
    return rpc.notify('there is no clipboard to copy secrets to; see :help clipboard', vim.log.levels.ERROR)
  end
  async.run(function()
    local args = target(bufnr, '')
    args.reveal = reveal or nil
    local err, result = entry.with(client, bufnr, function()
      return rpc.try(client, bufnr, 'vault-lsp.copyAsCurl', args)
    end)
    if err then
      return rpc.fail(err)
    end
    if clipboard then
      vim.fn.setreg('+', result.text)
    end
    if not reveal then
      vim.fn.setreg('"', result.text)
    end
    rpc.notify('copied as cURL')
  end)
end

return M
