-- Loaded at start: file types, and the server for their buffers.
if vim.g.loaded_vault_lsp then
  return
end
vim.g.loaded_vault_lsp = true

vim.filetype.add({ extension = { http = 'http', rest = 'http' } })

local group = vim.api.nvim_create_augroup('vault_lsp', {})

vim.api.nvim_create_autocmd('FileType', {
  group = group,
  pattern = require('vault_lsp.config').filetypes,
  callback = function(event)
    require('vault_lsp').start(event.buf)
  end,
})

vim.api.nvim_create_autocmd('LspAttach', {
  group = group,
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == 'vault_lsp' then
      require('vault_lsp').attach(client, event.buf)
    end
  end,
})
