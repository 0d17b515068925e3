-- :checkhealth vault_lsp
local config = require('vault_lsp.config')

local M = {}

local function check_neovim()
  if vim.fn.has('nvim-0.10') == 1 then
    vim.health.ok('Neovim ' .. tostring(vim.version()))
  else
    vim.health.error('Neovim 0.10 or newer is needed')
  end
end

local function check_program()
  local cmd = config.cmd()
  if type(cmd) ~= 'table' then
    return vim.health.info('a function starts the server')
  end
  if vim.fn.executable(cmd[1]) == 0 then
    return vim.health.error(cmd[1] .. ' is not an executable', {
      'install it: go install github.com/vault-lsp/vault-lsp/cmd/vault-lsp@latest',
      "or say where it is: require('vault_lsp').setup({ cmd = { '/path/to/vault-lsp', 'serve' } })",
    })
  end
  local ok, result = pcall(function()
    return vim.system({ cmd[1], 'version' }, { text = true }):wait(5000)
  end)
  if ok and result.code == 0 then
    vim.health.ok(('%s (%s)'):format(vim.trim(result.stdout), vim.fn.exepath(cmd[1])))
  else
    vim.health.error(('"%s version" fails'):format(cmd[1]), { 'is it vault-lsp?' })
  end
end

local function check_clients()
  local clients = vim.lsp.get_clients({ name = 'vault_lsp' })
  if #clients == 0 then
    vim.health.info('no server runs: open a .http or .rest file')
  end
  for _, client in ipairs(clients) do
    vim.health.ok(('server %d runs in %s'):format(client.id, client.config.root_dir or 'no folder'))
  end
end

function M.check()
  vim.health.start('vault-lsp')
  check_neovim()
  check_program()
  check_clients()
end

return M
