-- What the user may set, with defaults.
local M = {}

M.filetypes = { 'http', 'rest' }

M.root_markers = { 'http-client.env.json', 'http-client.private.env.json', '.git' }

local defaults = {
  -- The server's command line.
  cmd = { 'vault-lsp', 'serve' },
  -- Start the server for http buffers. Set it to false if vim.lsp.enable('vault_lsp') does it.
  autostart = true,
  -- Keep the code lenses (Send) up to date.
  code_lens = true,
  -- Settings of the server, section vaultLsp; see docs/settings.md.
  settings = {},
  -- How the response window opens: a command for a new split.
  response_split = 'botright vsplit',
  -- Called with (client, bufnr) when the server attaches; the place for keymaps.
  on_attach = nil,
}

local options = vim.deepcopy(defaults)

function M.set(given)
  options = vim.tbl_deep_extend('force', vim.deepcopy(defaults), given or {})
end

function M.get()
  return options
end

-- client is the table that vim.lsp.start and vim.lsp.config take.
function M.client()
  return {
    name = 'vault_lsp',
    cmd = options.cmd,
    filetypes = M.filetypes,
    root_markers = M.root_markers,
    settings = { vaultLsp = vim.tbl_isempty(options.settings) and vim.empty_dict() or options.settings },
  }
end

return M
