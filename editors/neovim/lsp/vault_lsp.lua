-- Configuration for vim.lsp.enable('vault_lsp') of Neovim 0.11 and newer.
local config = require('vault_lsp.config')

return vim.tbl_extend('force', config.client(), {
  root_dir = function(bufnr, on_dir)
    on_dir(config.root(bufnr))
  end,
})
