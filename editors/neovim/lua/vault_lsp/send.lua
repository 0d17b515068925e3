-- Sending requests.
local rpc = require('vault_lsp.rpc')
local prompt = require('vault_lsp.prompt')
local response = require('vault_lsp.response')

local M = {}

-- Requests under way by buffer, for cancel.
local running = {}

local function position(client, bufnr)
  local window = vim.fn.bufwinid(bufnr)
  local row, col = 1, 0
  if window ~= -1 then
    row, col = unpack(vim.api.nvim_win_get_cursor(window))
  end
  local line = vim.api.nvim_buf_get_lines(bufnr, row - 1, row, false)[1] or ''
  local character = col
  if client.offset_encoding ~= 'utf-8' then
    local utf32, utf16 = vim.str_utfindex(line, math.min(col, #line))
    character = client.offset_encoding == 'utf-32' and utf32 or utf16
  end
  return { line = row - 1, character = character }
end

-- send runs a sending command and shows what comes back. A vault that is locked
-- is unlocked with a passphrase, and the request is sent once more.
local function send(client, bufnr, command, args, show, retried)
  local started, id = rpc.call(client, bufnr, command, args, function(err, result)
    running[bufnr] = nil
    vim.schedule(function()
      local data = err and type(err.data) == 'table' and err.data or {}
      if data.code == 'locked' and type(data.input) == 'table' and not retried then
        rpc.run(function()
          local ok, problem = prompt.secret('Passphrase of the local vault', data.input[1])
          if not ok then
            return vim.notify('vault-lsp: ' .. problem, vim.log.levels.ERROR)
          end
          send(client, bufnr, command, args, show, true)
        end)
      elseif err then
        response.show_error(err)
        rpc.fail(err)
      else
        show(result)
      end
    end)
  end)
  if started then
    running[bufnr] = { client = client, id = id }
  end
end

-- request sends the request under the cursor, or the named one.
function M.request(bufnr, name)
  local client = rpc.client(bufnr)
  if not client then
    return
  end
  local args = { uri = vim.uri_from_bufnr(bufnr), version = vim.lsp.util.buf_versions[bufnr] }
  if name and name ~= '' then
    args.name = name
  else
    args.position = position(client, bufnr)
  end
  send(client, bufnr, 'vault-lsp.sendRequest', args, response.show)
end

-- lens is what a code lens runs: the server gave the arguments.
function M.lens(bufnr, command, arguments)
  local client = rpc.client(bufnr)
  if client then
    local show = command == 'vault-lsp.sendAll' and response.show_all or response.show
    send(client, bufnr, command, arguments, show)
  end
end

-- all sends every request of the buffer in order.
function M.all(bufnr)
  local client = rpc.client(bufnr)
  if client then
    send(client, bufnr, 'vault-lsp.sendAll', { uri = vim.uri_from_bufnr(bufnr) }, response.show_all)
  end
end

-- cancel ends the request that the buffer waits for.
function M.cancel(bufnr)
  local under_way = running[bufnr]
  if not under_way then
    return vim.notify('vault-lsp: nothing is being sent', vim.log.levels.INFO)
  end
  local client = under_way.client
  if vim.fn.has('nvim-0.11') == 1 then
    client:cancel_request(under_way.id)
  else
    client.cancel_request(under_way.id)
  end
end

-- curl copies the request under the cursor as a cURL command.
function M.curl(bufnr, reveal)
  local client = rpc.client(bufnr)
  if not client then
    return
  end
  local args = { uri = vim.uri_from_bufnr(bufnr), position = position(client, bufnr) }
  if reveal then
    args.reveal = true
  end
  rpc.call(client, bufnr, 'vault-lsp.copyAsCurl', args, function(err, result)
    vim.schedule(function()
      if err then
        return rpc.fail(err)
      end
      vim.fn.setreg('"', result.text)
      pcall(vim.fn.setreg, '+', result.text)
      vim.notify('vault-lsp: copied as cURL')
    end)
  end)
end

return M
