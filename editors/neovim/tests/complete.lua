-- Completion by keys puts the right text into the buffer.
local check = require('check')

local bufnr = check.open(vim.env.TEST_FILE)
vim.o.completeopt = 'menu,menuone'

local function feed(keys, mode)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, false, true), mode, false)
end

-- complete types text in a new line, asks for completion and accepts its first
-- item. It leaves insert mode once the line is what is wanted: newer Neovim
-- puts a snippet into the line only after asking the server about the item.
local function complete(text, want)
  vim.api.nvim_buf_set_lines(bufnr, -1, -1, false, { '' })
  vim.cmd('$')
  local opened = vim.uv.now()
  local timer = vim.uv.new_timer()
  local accepted = false
  timer:start(
    20,
    20,
    vim.schedule_wrap(function()
      if not accepted and vim.fn.pumvisible() == 1 then
        accepted = true
        feed('<C-y>', 'n')
      elseif not timer:is_closing() then
        local line = vim.api.nvim_get_current_line()
        if accepted and line == want or vim.uv.now() - opened > 10000 then
          timer:close()
          feed('<Esc>', 'n')
        end
      end
    end)
  )
  feed('i' .. text .. '<C-x><C-o>', 'tx!')
  check.equal(vim.api.nvim_get_current_line(), want, 'after accepting ' .. text)
end

check.equal(vim.bo.omnifunc, 'v:lua.vim.lsp.omnifunc', 'omnifunc')
-- Neovim 0.11 takes snippets, which close the reference behind the cursor.
local close = vim.fn.has('nvim-0.11') == 1 and '}}' or ''
complete('X-Key: {{$vau', 'X-Key: {{$vault path=' .. close)
complete('X-Key: {{$vault path=app/d', 'X-Key: {{$vault path=app/db}}')
complete('X-Key: {{$vault path=app/db key=pass', 'X-Key: {{$vault path=app/db key=password}}')
