-- Entry points: setup for the user, start and attach for the plugin file.
local config = require('vault_lsp.config')

local M = {}

-- setup changes options; calling it is optional.
function M.setup(given)
  config.set(given)
end

-- start runs the server for a buffer, unless the user starts it otherwise.
function M.start(bufnr)
  if not config.get().autostart or vim.bo[bufnr].buftype ~= '' then
    return
  end
  local cmd = config.get().cmd
  if type(cmd) == 'table' and vim.fn.executable(cmd[1]) == 0 then
    vim.notify_once(
      ("vault-lsp: %s is not an executable; install it, or set cmd in require('vault_lsp').setup()"):format(cmd[1]),
      vim.log.levels.WARN
    )
    return
  end
  local client = config.client()
  local file = vim.api.nvim_buf_get_name(bufnr)
  client.root_dir = vim.fs.root(bufnr, config.root_markers) or vim.fs.dirname(file)
  vim.lsp.start(client, { bufnr = bufnr })
end

-- attach makes the buffer's commands and keeps its code lenses.
function M.attach(client, bufnr)
  require('vault_lsp.commands').create(client, bufnr)
  if config.get().code_lens and client.server_capabilities.codeLensProvider then
    M.keep_lenses(bufnr)
  end
  if config.get().on_attach then
    config.get().on_attach(client, bufnr)
  end
end

function M.keep_lenses(bufnr)
  if vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { bufnr = bufnr })
    return
  end
  local group = vim.api.nvim_create_augroup('vault_lsp_lenses_' .. bufnr, {})
  local function refresh()
    vim.lsp.codelens.refresh({ bufnr = bufnr })
  end
  vim.api.nvim_create_autocmd({ 'BufEnter', 'InsertLeave', 'TextChanged' }, {
    group = group,
    buffer = bufnr,
    callback = refresh,
  })
  refresh()
end

-- status is a short text for a status line: the environment, if one is selected.
function M.status(bufnr)
  local environment = vim.b[bufnr or 0].vault_lsp_environment
  return environment and environment ~= '' and ('env: ' .. environment) or ''
end

return M
