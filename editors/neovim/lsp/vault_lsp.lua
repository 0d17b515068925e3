-- Configuration for vim.lsp.enable('vault_lsp') of Neovim 0.11 and newer.
return require('vault_lsp.config').client()
