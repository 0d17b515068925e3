-- The window that shows a response.
local config = require('vault_lsp.config')
local json = require('vault_lsp.json')

local M = {}

local name = 'vault-lsp://response'

-- buffer returns the one buffer for responses, made where it does not exist.
local function buffer()
  local existing = vim.fn.bufnr('^' .. vim.fn.escape(name, '/') .. '$')
  if existing ~= -1 then
    return existing
  end
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(bufnr, name)
  vim.bo[bufnr].buftype = 'nofile'
  vim.bo[bufnr].swapfile = false
  vim.bo[bufnr].undolevels = -1
  vim.bo[bufnr].filetype = 'vault_lsp_response'
  vim.keymap.set('n', 'q', '<cmd>close<cr>', { buffer = bufnr, desc = 'Close the response' })
  return bufnr
end

-- open shows lines in the response window and leaves the cursor where it was.
local function open(lines)
  local bufnr = buffer()
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].modifiable = false
  local window = vim.fn.bufwinid(bufnr)
  if window == -1 then
    local here = vim.api.nvim_get_current_win()
    vim.cmd(config.get().response_split)
    window = vim.api.nvim_get_current_win()
    vim.api.nvim_win_set_buf(window, bufnr)
    vim.wo[window].number = false
    vim.wo[window].relativenumber = false
    vim.wo[window].signcolumn = 'no'
    vim.wo[window].wrap = true
    vim.api.nvim_set_current_win(here)
  end
  vim.api.nvim_win_set_cursor(window, { 1, 0 })
end

local function add(lines, text)
  for _, line in ipairs(vim.split((text:gsub('\r\n', '\n'):gsub('\r', '\n')), '\n', { plain = true })) do
    lines[#lines + 1] = line
  end
end

local function size(bytes)
  if bytes < 1024 then
    return ('%d B'):format(bytes)
  elseif bytes < 1024 * 1024 then
    return ('%.1f KiB'):format(bytes / 1024)
  end
  return ('%.1f MiB'):format(bytes / 1024 / 1024)
end

local function timings(t)
  local parts = {}
  for _, phase in ipairs({ { 'dns', 'DNS' }, { 'connect', 'connect' }, { 'tls', 'TLS' }, { 'firstByte', 'first byte' } }) do
    local value = t[phase[1]]
    if value and value > 0 then
      parts[#parts + 1] = ('%s %.0f ms'):format(phase[2], value)
    end
  end
  parts[#parts + 1] = ('total %.0f ms'):format(t.total or 0)
  return table.concat(parts, ', ')
end

-- render returns the lines of one response.
function M.render(r)
  local lines = {}
  add(lines, ('%s %d %s'):format(r.httpVersion, r.status, r.statusText))
  add(lines, ('# %s %s'):format(r.request.method, r.request.url))
  add(lines, ('# %s, %s'):format(timings(r.timings), size(r.body.size)))
  for _, hop in ipairs(r.redirects or {}) do
    add(lines, ('# redirect %d to %s'):format(hop.status, hop.url))
  end
  for _, s in ipairs(r.secrets or {}) do
    local credential = s.credential ~= '' and (', credential ' .. s.credential) or ''
    add(lines, ('# secret %s (cache %s%s)'):format(s.reference, s.cache, credential))
  end
  for _, warning in ipairs(r.warnings or {}) do
    add(lines, '# warning: ' .. warning)
  end
  for _, header in ipairs(r.headers) do
    add(lines, ('%s: %s'):format(header.name, header.value))
  end
  lines[#lines + 1] = ''
  if r.body.text then
    local is_json = (r.body.mediaType or ''):find('json', 1, true) and #r.body.text < 1024 * 1024
    add(lines, is_json and json.indent(r.body.text) or r.body.text)
  elseif r.body.file then
    add(lines, '# body in ' .. r.body.file)
  end
  if r.body.truncated then
    add(lines, '# the body is cut here: it is longer than the limit')
  end
  return lines
end

function M.show(r)
  open(M.render(r))
end

-- render_error returns the lines for a request that was not sent or answered.
function M.render_error(err)
  local data = type(err.data) == 'table' and err.data or {}
  local lines = { 'not sent: ' .. (data.code or 'error'), '' }
  add(lines, data.message or err.message or '')
  if type(data.hint) == 'string' and data.hint ~= '' then
    lines[#lines + 1] = ''
    add(lines, data.hint)
  end
  return lines
end

function M.show_error(err)
  open(M.render_error(err))
end

-- show_all shows the responses of a whole file below each other.
function M.show_all(result)
  local summary = result.summary
  local lines = { ('# %d requests, %d sent, %d failed'):format(summary.total, summary.sent, summary.failed), '' }
  for _, r in ipairs(result.responses) do
    vim.list_extend(lines, r.error and M.render_error({ data = r.error }) or M.render(r))
    vim.list_extend(lines, { '', '###', '' })
  end
  open(lines)
end

return M
