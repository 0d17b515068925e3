-- Entry points: setup and status for the user, the rest for the plugin file.
local config = require('vault_lsp.config')

local M = {}

-- setup changes options; calling it is optional.
function M.setup(given)
  config.set(given)
end

-- check_program tells once that the server's program is missing.
function M.check_program()
  local cmd = config.cmd()
  if type(cmd) == 'table' and vim.fn.executable(cmd[1]) == 0 then
    vim.notify_once(
      ('vault-lsp: %s is not an executable; see :checkhealth vault_lsp'):format(cmd[1]),
      vim.log.levels.WARN
    )
    return false
  end
  return true
end

-- start runs the server for a buffer, in Neovim without vim.lsp.enable().
function M.start(bufnr)
  local client = config.client()
  client.root_dir = config.root(bufnr)
  vim.lsp.start(client, { bufnr = bufnr })
end

local function keep_lenses(client, bufnr)
  if vim.lsp.codelens.enable then
    return vim.lsp.codelens.enable(true, { bufnr = bufnr })
  end
  local function refresh()
    if not vim.lsp.buf_is_attached(bufnr, client.id) then
      return true
    end
    vim.lsp.codelens.refresh({ bufnr = bufnr })
  end
  vim.api.nvim_create_autocmd({ 'BufEnter', 'InsertLeave', 'TextChanged' }, {
    group = vim.api.nvim_create_augroup('vault_lsp_lenses_' .. bufnr, {}),
    buffer = bufnr,
    desc = 'Keep the lenses of vault-lsp up to date',
    callback = refresh,
  })
  refresh()
end

-- attach makes the buffer's commands and keeps its lenses.
function M.attach(client, bufnr)
  require('vault_lsp.commands').create(bufnr)
  require('vault_lsp.session').remember(client, bufnr)
  local options = config.get()
  if options.code_lens then
    keep_lenses(client, bufnr)
  end
  if options.on_attach then
    options.on_attach(client, bufnr)
  end
end

-- status is a short text for a status line: the buffer's environment.
function M.status(bufnr)
  local environment = vim.b[bufnr or 0].vault_lsp_environment or ''
  return environment ~= '' and ('env: ' .. environment) or ''
end

return M
