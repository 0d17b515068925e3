-- Small assertions for scripts that run inside Neovim, and ways to wait.
local M = {}

function M.fail(message)
  io.stderr:write('FAIL ' .. message .. '\n')
  vim.cmd('cquit 1')
end

function M.equal(got, want, what)
  if not vim.deep_equal(got, want) then
    M.fail(('%s: got %s, want %s'):format(what, vim.inspect(got), vim.inspect(want)))
  end
end

function M.contains(text, part, what)
  if not text:find(part, 1, true) then
    M.fail(('%s lacks %q:\n%s'):format(what, part, text))
  end
end

-- eventually waits until condition holds.
function M.eventually(what, condition)
  if not vim.wait(20000, condition, 20) then
    M.fail('waited in vain for: ' .. what)
  end
end

-- open edits a file and returns its buffer and the attached client.
function M.open(path)
  vim.cmd.edit(path)
  local bufnr = vim.api.nvim_get_current_buf()
  local client
  M.eventually('the server attaches', function()
    client = vim.lsp.get_clients({ bufnr = bufnr, name = 'vault_lsp' })[1]
    return client ~= nil and client.initialized and vim.fn.exists(':LspVaultSend') == 2
  end)
  return bufnr, client
end

-- response returns the text of the response window, or nil.
function M.response()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    local bufnr = vim.api.nvim_win_get_buf(window)
    if vim.api.nvim_buf_get_name(bufnr):find('vault-lsp://response', 1, true) then
      return table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), '\n'), bufnr
    end
  end
end

-- await_response waits until the response window holds a part, and returns it.
function M.await_response(part)
  local text
  M.eventually('a response with ' .. part, function()
    text = M.response()
    return text ~= nil and text:find(part, 1, true) ~= nil
  end)
  return text
end

-- everything returns all that a person or a file could see in this Neovim.
function M.everything()
  local parts = { vim.api.nvim_exec2('messages', { output = true }).output }
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    vim.list_extend(parts, vim.api.nvim_buf_get_lines(bufnr, 0, -1, false))
  end
  return table.concat(parts, '\n')
end

-- answers makes vim.ui.select and vim.ui.input answer from a list, in order:
-- a string picks the item whose text begins with it, or is the input.
function M.answers(list)
  local at = 0
  local asked = {}
  local function next_answer(prompt)
    at = at + 1
    asked[#asked + 1] = prompt
    if list[at] == nil then
      M.fail('asked once too often: ' .. tostring(prompt))
    end
    return list[at]
  end
  vim.ui.select = function(items, opts, done)
    local want = next_answer(opts.prompt)
    local format = opts.format_item or tostring
    for i, item in ipairs(items) do
      if vim.startswith(format(item), want) then
        return done(item, i)
      end
    end
    M.fail(('%s: no item begins with %q: %s'):format(opts.prompt, want, vim.inspect(vim.tbl_map(format, items))))
  end
  vim.ui.input = function(opts, done)
    done(next_answer(opts.prompt))
  end
  return asked
end

function M.done()
  io.stdout:write('OK\n')
  vim.cmd('qall!')
end

return M
