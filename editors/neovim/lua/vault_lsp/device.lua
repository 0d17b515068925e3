-- A device code in a window, while the server waits for it to be entered in a
-- browser.
local rpc = require('vault_lsp.rpc')

local M = {}

-- The windows of the codes that are shown, by client and credential.
local shown = {}

local function close(key)
  local window = shown[key]
  shown[key] = nil
  if window and vim.api.nvim_win_is_valid(window) then
    vim.api.nvim_win_close(window, true)
  end
end

local function browse(address)
  local _, problem = vim.ui.open(address)
  if problem then
    rpc.notify(problem, vim.log.levels.WARN)
  end
end

local function copy(code)
  vim.fn.setreg('"', code)
  if vim.fn.has('clipboard') == 1 then
    vim.fn.setreg('+', code)
  end
  rpc.notify('copied ' .. code)
end

local function open_window(message)
  local lines = {
    '',
    '  Open  ' .. message.url,
    '  Code  ' .. message.code,
    '',
    '  o  open the browser   y  copy the code   q  hide   x  cancel the sign-in',
    '',
  }
  local width = 0
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line) + 2)
  end
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].bufhidden, vim.bo[bufnr].modifiable = 'wipe', false
  vim.bo[bufnr].filetype = 'vault_lsp_code'
  local window = vim.api.nvim_open_win(bufnr, true, {
    relative = 'editor',
    row = math.max(0, math.floor((vim.o.lines - #lines) / 2) - 2),
    col = math.max(0, math.floor((vim.o.columns - width) / 2)),
    width = math.min(width, math.max(1, vim.o.columns - 2)),
    height = #lines,
    style = 'minimal',
    border = 'rounded',
    title = (' Sign in with %s '):format(message.title),
    title_pos = 'center',
  })
  vim.api.nvim_win_set_cursor(window, { 3, 8 })
  return window, bufnr
end

-- show handles the notification vault-lsp/deviceCode: a code, or its end.
function M.show(_, message, context)
  local key = ('%d %s'):format(context.client_id, message.name)
  close(key)
  local client = vim.lsp.get_client_by_id(context.client_id)
  if message.done or not client then
    return
  end
  local window, bufnr = open_window(message)
  shown[key] = window
  local function map(lhs, run)
    vim.keymap.set('n', lhs, run, { buffer = bufnr, nowait = true })
  end
  map('o', function()
    browse(message.complete or message.url)
  end)
  map('y', function()
    copy(message.code)
  end)
  map('q', function()
    close(key)
    rpc.notify(('waiting for the code %s at %s; :LspVaultCancel gives up'):format(message.code, message.url))
  end)
  map('x', function()
    M.cancel(client, message.name)
  end)
end

-- cancel ends the sign-in of a credential.
function M.cancel(client, name)
  rpc.call(client, 0, 'vault-lsp.cancelSignIn', { name = name }, function(err)
    if err then
      rpc.fail(err)
    end
  end)
end

return M
