-- The window that shows a response.
local config = require('vault_lsp.config')
local json = require('vault_lsp.json')

local M = {}

-- The one buffer for responses.
local shown

local function buffer()
  if shown and vim.api.nvim_buf_is_valid(shown) then
    return shown
  end
  shown = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(shown, 'vault-lsp://response')
  vim.bo[shown].undolevels = -1
  vim.bo[shown].filetype = 'vault_lsp_response'
  vim.keymap.set('n', 'q', '<cmd>close<cr>', { buffer = shown, desc = 'Close the response' })
  return shown
end

-- open shows lines in the response window, which opens without being entered.
local function open(lines)
  local bufnr = buffer()
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].modifiable = false
  local window = vim.fn.bufwinid(bufnr)
  if window == -1 then
    window =
      vim.api.nvim_open_win(bufnr, false, { split = config.get().response_split, win = 0, style = 'minimal' })
    vim.wo[window][0].wrap = true
    vim.wo[window][0].linebreak = true
    vim.wo[window][0].breakindent = true
  end
  vim.api.nvim_win_set_cursor(window, { 1, 0 })
end

-- add appends text by its lines.
local function add(lines, text)
  text = text:gsub('\r\n', '\n'):gsub('[\r%z]', '\n')
  vim.list_extend(lines, vim.split(text, '\n', { plain = true }))
end

local function size(bytes)
  if bytes < 1024 then
    return ('%d B'):format(bytes)
  elseif bytes < 1024 * 1024 then
    return ('%.1f KiB'):format(bytes / 1024)
  end
  return ('%.1f MiB'):format(bytes / 1024 / 1024)
end

local function duration(ms)
  return (ms < 10 and '%.1f ms' or '%.0f ms'):format(ms)
end

local PHASES = { { 'dns', 'DNS' }, { 'connect', 'connect' }, { 'tls', 'TLS' }, { 'firstByte', 'first byte' } }

local function timings(t)
  local phases = {}
  for _, phase in ipairs(PHASES) do
    local ms = t[phase[1]]
    if ms > 0 then
      phases[#phases + 1] = ('%s %s'):format(phase[2], duration(ms))
    end
  end
  local detail = #phases > 0 and (' (%s)'):format(table.concat(phases, ', ')) or ''
  return ('total %s%s'):format(duration(t.total), detail)
end

-- notes are the lines that say how the response came.
local function notes(r)
  local lines = {}
  for _, hop in ipairs(r.redirects) do
    lines[#lines + 1] = ('redirect %d to %s'):format(hop.status, hop.url)
  end
  lines[#lines + 1] = ('%s, %s'):format(timings(r.timings), size(r.body.size))
  for _, s in ipairs(r.secrets) do
    local credential = s.credential ~= '' and (', credential ' .. s.credential) or ''
    lines[#lines + 1] = ('%s: cache %s%s'):format(s.reference, s.cache, credential)
  end
  for _, test in ipairs(r.tests) do
    local message = test.message and (': ' .. test.message) or ''
    lines[#lines + 1] = ('test %s: %s%s'):format(test.passed and 'passed' or 'failed', test.name, message)
  end
  for _, warning in ipairs(r.warnings) do
    lines[#lines + 1] = 'warning: ' .. warning
  end
  return lines
end

-- JSON longer than this is shown as it came.
local INDENT_LIMIT = 1024 * 1024

local function body(lines, b)
  if b.file then
    add(lines, '# the body is in ' .. b.file)
  elseif b.text then
    local is_json = b.mediaType:find('json', 1, true) and #b.text < INDENT_LIMIT
    add(lines, is_json and json.indent(b.text) or b.text)
  end
  if b.truncated then
    add(lines, '# the body goes on; it is cut at the limit')
  end
end

local function render(r)
  local lines = {}
  add(lines, ('%s %d %s'):format(r.httpVersion, r.status, r.statusText))
  add(lines, ('# %s %s'):format(r.request.method, r.request.url))
  for _, note in ipairs(notes(r)) do
    add(lines, '# ' .. note)
  end
  lines[#lines + 1] = ''
  for _, header in ipairs(r.headers) do
    add(lines, ('%s: %s'):format(header.name, header.value))
  end
  lines[#lines + 1] = ''
  body(lines, r.body)
  return lines
end

-- render_failure returns the lines of a failure: {code, message, hint, range}.
local function render_failure(failure)
  local lines = { 'no response: ' .. (failure.code or 'failed') }
  if failure.range then
    lines[#lines + 1] = ('# line %d of the request file'):format(failure.range.start.line + 1)
  end
  lines[#lines + 1] = ''
  add(lines, failure.message)
  if failure.hint and failure.hint ~= '' then
    lines[#lines + 1] = ''
    add(lines, failure.hint)
  end
  return lines
end

function M.show(r)
  open(render(r))
end

-- show_error shows an error of the protocol.
function M.show_error(err)
  local failure = type(err.data) == 'table' and err.data or { message = err.message }
  open(render_failure(failure))
end

-- show_all shows the responses of a whole file below each other.
function M.show_all(result)
  local summary = result.summary
  local lines = { ('# %d requests: %d sent, %d failed'):format(summary.total, summary.sent, summary.failed) }
  for _, r in ipairs(result.responses) do
    vim.list_extend(lines, { '', '### ' .. (r.request.name or r.request.method) })
    vim.list_extend(lines, r.error and render_failure(r.error) or render(r))
  end
  open(lines)
end

return M
