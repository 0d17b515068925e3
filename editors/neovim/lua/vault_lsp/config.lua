-- What the user may set, and the configuration of the language client.
local M = {}

M.filetypes = { 'http', 'rest' }

local defaults = {
  -- The server's command line.
  cmd = { 'vault-lsp', 'serve' },
  -- Start the server for buffers of the file types. With false,
  -- vim.lsp.enable('vault_lsp') does it (Neovim 0.11).
  autostart = true,
  -- Show the code lenses "Send".
  code_lens = true,
  -- Settings of the server, section vaultLsp.
  settings = {},
  -- Where the response window opens: 'right', 'left', 'below', 'above'.
  response_split = 'right',
  -- Called with (client, bufnr) when the server attaches; the place for keymaps.
  on_attach = nil,
}

local options = vim.deepcopy(defaults)

local function server_settings(settings)
  return { vaultLsp = next(settings) and settings or vim.empty_dict() }
end

function M.set(given)
  options = vim.tbl_deep_extend('force', vim.deepcopy(defaults), given or {})
  if vim.lsp.config and given and (given.cmd or given.settings) then
    -- lsp/vault_lsp.lua may have been read already.
    vim.lsp.config('vault_lsp', { cmd = options.cmd, settings = server_settings(options.settings) })
  end
end

function M.get()
  return options
end

-- root is the folder that a buffer's environment files are looked for in: the
-- repository, so that files above the buffer's own folder count too.
function M.root(bufnr)
  return vim.fs.root(bufnr, '.git')
    or vim.fs.root(bufnr, { 'http-client.env.json', 'http-client.private.env.json' })
end

-- client is the client's configuration but for its root.
function M.client()
  return {
    name = 'vault_lsp',
    cmd = options.cmd,
    filetypes = M.filetypes,
    settings = server_settings(options.settings),
    commands = vim.tbl_extend(
      'error',
      require('vault_lsp.send').lenses,
      require('vault_lsp.session').actions
    ),
    -- The plugin shows device codes in a window of its own.
    init_options = { deviceCode = true },
    handlers = {
      ['vault-lsp/deviceCode'] = function(...)
        require('vault_lsp.device').show(...)
      end,
    },
  }
end

-- cmd is the server's command line, also where vim.lsp.config() has changed it.
function M.cmd()
  local client = vim.lsp.config and vim.lsp.config.vault_lsp
  return client and client.cmd or options.cmd
end

return M
