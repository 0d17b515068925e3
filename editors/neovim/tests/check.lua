-- Assertions for scripts that run inside Neovim, and ways to wait.
local M = {}

-- main runs a script of this folder and ends Neovim: with OK, or with status 1
-- and what went wrong.
function M.main(script)
  local ok, problem = xpcall(dofile, debug.traceback, vim.env.TEST_PLUGIN .. '/tests/' .. script)
  if not ok then
    io.stderr:write('FAIL ' .. tostring(problem) .. '\nmessages:\n' .. M.messages() .. '\n')
    vim.cmd('cquit 1')
  end
  io.stdout:write('OK\n')
  -- Neovim that quits while it still writes to a server may end by SIGPIPE.
  for _, client in ipairs(vim.lsp.get_clients()) do
    if vim.fn.has('nvim-0.11') == 1 then
      client:stop()
    else
      client.stop()
    end
  end
  vim.wait(3000, function()
    return #vim.lsp.get_clients() == 0
  end, 10)
  vim.cmd('qall!')
end

function M.equal(got, want, what)
  if not vim.deep_equal(got, want) then
    error(('%s: got %s, want %s'):format(what, vim.inspect(got), vim.inspect(want)), 2)
  end
end

function M.contains(text, part, what)
  if not text:find(part, 1, true) then
    error(('%s lacks %q:\n%s'):format(what, part, text), 2)
  end
end

function M.lacks(text, part, what)
  if text:find(part, 1, true) then
    error(('%s holds %q:\n%s'):format(what, part, text), 2)
  end
end

-- eventually waits until condition returns something, and returns that.
function M.eventually(what, condition)
  local result
  local held = vim.wait(20000, function()
    result = condition()
    return result
  end, 20)
  if not held then
    error('waited in vain for: ' .. what, 2)
  end
  return result
end

-- open edits a file and returns its buffer and the attached client.
function M.open(path)
  vim.cmd.edit(vim.fn.fnameescape(path))
  local bufnr = vim.api.nvim_get_current_buf()
  local client = M.eventually('the server attaches', function()
    return vim.fn.exists(':LspVaultSend') == 2
      and vim.lsp.get_clients({ bufnr = bufnr, name = 'vault_lsp' })[1]
  end)
  return bufnr, client
end

-- put_cursor puts the cursor on the first line that holds text.
function M.put_cursor(text)
  for row, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    if line:find(text, 1, true) then
      return vim.api.nvim_win_set_cursor(0, { row, 0 })
    end
  end
  error('no line holds ' .. text, 2)
end

-- response returns the text of the response window, or nil.
function M.response()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    local bufnr = vim.api.nvim_win_get_buf(window)
    if vim.bo[bufnr].filetype == 'vault_lsp_response' then
      return table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), '\n'), window
    end
  end
end

-- await_response waits until the response window holds a part, and returns all
-- of it.
function M.await_response(part)
  local held = vim.wait(20000, function()
    local text = M.response()
    return text ~= nil and text:find(part, 1, true) ~= nil
  end, 20)
  if not held then
    error(('no response with %q, but:\n%s'):format(part, tostring(M.response())), 2)
  end
  return (M.response())
end

function M.messages()
  return vim.api.nvim_exec2('messages', { output = true }).output
end

function M.await_message(part)
  local held = vim.wait(20000, function()
    return M.messages():find(part, 1, true) ~= nil
  end, 20)
  if not held then
    error(('no message with %q'):format(part), 2)
  end
end

-- everything returns all that a person could see in this Neovim, and what it
-- keeps for later.
function M.everything()
  local parts = { M.messages(), vim.api.nvim_exec2('registers', { output = true }).output }
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    vim.list_extend(parts, vim.api.nvim_buf_get_lines(bufnr, 0, -1, false))
  end
  return table.concat(parts, '\n')
end

-- answers makes vim.ui.select and vim.ui.input answer from a list, in order: a
-- string picks the item whose text begins with it, or is the input. It returns
-- what has been asked so far.
function M.answers(list)
  local asked = {}
  local function next_answer(prompt)
    asked[#asked + 1] = prompt
    return list[#asked] or error('asked once too often: ' .. prompt)
  end
  vim.ui.select = function(items, opts, done)
    local want = next_answer(opts.prompt)
    local shown = vim.tbl_map(opts.format_item or tostring, items)
    for i, text in ipairs(shown) do
      if vim.startswith(text, want) then
        return done(items[i], i)
      end
    end
    error(('%s no item begins with %q: %s'):format(opts.prompt, want, vim.inspect(shown)))
  end
  vim.ui.input = function(opts, done)
    done(next_answer(opts.prompt))
  end
  return asked
end

return M
