-- :checkhealth vault_lsp
local config = require('vault_lsp.config')

local M = {}

local function check_version()
  if vim.fn.has('nvim-0.10') == 1 then
    vim.health.ok('Neovim ' .. tostring(vim.version()))
  else
    vim.health.error('Neovim 0.10 or newer is needed')
  end
end

local function check_server()
  local cmd = config.get().cmd
  if type(cmd) ~= 'table' then
    return vim.health.info('the server is started by a function')
  end
  if vim.fn.executable(cmd[1]) == 0 then
    return vim.health.error(cmd[1] .. ' is not an executable', {
      'install it: go install github.com/vault-lsp/vault-lsp/cmd/vault-lsp@latest',
      "or name it: require('vault_lsp').setup({ cmd = { '/path/to/vault-lsp', 'serve' } })",
    })
  end
  local ok, result = pcall(function()
    return vim.system({ cmd[1], 'version' }, { text = true }):wait(3000)
  end)
  if ok and result.code == 0 then
    vim.health.ok(vim.trim(result.stdout) .. ' at ' .. vim.fn.exepath(cmd[1]))
  else
    vim.health.error(cmd[1] .. ' version does not answer')
  end
end

local function check_clients()
  local clients = vim.lsp.get_clients({ name = 'vault_lsp' })
  if #clients == 0 then
    vim.health.info('no server runs; open a .http file')
  end
  for _, client in ipairs(clients) do
    vim.health.ok(('server %d runs for %s'):format(client.id, client.config.root_dir or 'single files'))
  end
  for _, other in ipairs(vim.lsp.get_clients()) do
    if other.name == 'kulala_ls' or other.name == 'kulala' then
      vim.health.info(other.name .. ' runs too: it may complete variables with their values')
    end
  end
end

function M.check()
  vim.health.start('vault-lsp')
  check_version()
  check_server()
  check_clients()
end

return M
