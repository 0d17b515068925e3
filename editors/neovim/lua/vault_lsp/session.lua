-- Environment, cache and permissions.
local async = require('vault_lsp.async')
local form = require('vault_lsp.form')
local rpc = require('vault_lsp.rpc')

local M = {}

-- remember keeps the selected environment for status lines.
function M.remember(client, bufnr)
  local args = { uri = vim.uri_from_bufnr(bufnr) }
  rpc.call(client, bufnr, 'vault-lsp.listEnvironments', args, function(err, list)
    if not err and vim.api.nvim_buf_is_valid(bufnr) then
      vim.b[bufnr].vault_lsp_environment = list.selected
      vim.cmd.redrawstatus({ bang = true })
    end
  end)
end

local NONE = 'no environment'

local function choose_environment(client, bufnr)
  local list = rpc.ask(client, bufnr, 'vault-lsp.listEnvironments', { uri = vim.uri_from_bufnr(bufnr) })
  if not list then
    return
  end
  local selected = list.selected ~= '' and list.selected or NONE
  local name = form.select(vim.list_extend({ NONE }, list.environments), 'Environment', function(item)
    return item == selected and (item .. ' (selected)') or item
  end)
  return name == NONE and '' or name
end

-- environment selects the named environment, or asks for one. It holds for the
-- whole workspace folder.
function M.environment(bufnr, name)
  local client = rpc.client(bufnr)
  if not client then
    return
  end
  async.run(function()
    name = name ~= '' and name or choose_environment(client, bufnr)
    local result = name
      and rpc.ask(client, bufnr, 'vault-lsp.selectEnvironment', {
        uri = vim.uri_from_bufnr(bufnr),
        environment = name,
      })
    if not result then
      return
    end
    for other in pairs(client.attached_buffers) do
      M.remember(client, other)
    end
    rpc.notify(result.selected == '' and NONE or ('environment ' .. result.selected))
  end)
end

-- actions are the commands that code actions carry, for the client's commands.
M.actions = {
  ['vault-lsp.selectEnvironment'] = function(action, context)
    M.environment(context.bufnr, action.arguments[1].environment)
  end,
}

-- ask runs a command without arguments and passes its result on.
local function ask(bufnr, command, use)
  local client = rpc.client(bufnr)
  if not client then
    return
  end
  async.run(function()
    local result = rpc.ask(client, bufnr, command)
    if result then
      use(result, client)
    end
  end)
end

function M.reset_cache(bufnr)
  ask(bufnr, 'vault-lsp.resetCache', function(dropped)
    rpc.notify(('cache reset: %d secrets and %d logins dropped'):format(dropped.entries, dropped.logins))
  end)
end

function M.cache(bufnr)
  ask(bufnr, 'vault-lsp.cacheStatus', function(cache)
    local kept = cache.ttlSeconds > 0 and ('kept for %d minutes'):format(cache.ttlSeconds / 60) or 'cache off'
    rpc.notify(
      ('%d secrets cached (at most %d), %s; %d hits, %d misses'):format(
        cache.entries,
        cache.maxEntries,
        kept,
        cache.hits,
        cache.misses
      )
    )
  end)
end

-- permissions lists what may go where, and revokes what the user picks.
function M.permissions(bufnr)
  ask(bufnr, 'vault-lsp.listPermissions', function(list, client)
    if #list == 0 then
      return rpc.notify('no destination is allowed for good')
    end
    local chosen = form.select(list, 'Revoke which permission', function(p)
      local place = p['in'] ~= '' and (' in ' .. p['in']) or ''
      return ('%s to %s%s'):format(p.reference, p.origin, place)
    end)
    if chosen and rpc.ask(client, bufnr, 'vault-lsp.revokePermission', { id = chosen.id }) then
      rpc.notify(('%s may no longer go to %s unasked'):format(chosen.reference, chosen.origin))
    end
  end)
end

return M
