-- Loaded at start: file types, and the server for their buffers.
if vim.g.loaded_vault_lsp then
  return
end
vim.g.loaded_vault_lsp = true

vim.filetype.add({ extension = { http = 'http', rest = 'http' } })

local group = vim.api.nvim_create_augroup('vault_lsp', {})

vim.api.nvim_create_autocmd('LspAttach', {
  group = group,
  desc = 'Commands and lenses of vault-lsp',
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == 'vault_lsp' then
      require('vault_lsp').attach(client, event.buf)
    end
  end,
})

vim.api.nvim_create_autocmd('FileType', {
  group = group,
  pattern = require('vault_lsp.config').filetypes,
  desc = 'Start vault-lsp',
  callback = function(event)
    local autostart = require('vault_lsp.config').get().autostart and vim.bo[event.buf].buftype == ''
    if autostart and require('vault_lsp').check_program() and not vim.lsp.enable then
      require('vault_lsp').start(event.buf)
    end
  end,
})

-- Where Neovim starts servers itself, it is asked to once setup() has been called.
if vim.lsp.enable then
  local function enable()
    if require('vault_lsp.config').get().autostart then
      vim.lsp.enable('vault_lsp')
    end
  end
  if vim.v.vim_did_enter == 1 then
    vim.schedule(enable)
  else
    vim.api.nvim_create_autocmd('VimEnter', { group = group, once = true, callback = enable })
  end
end
