-- Environment, cache and permissions.
local rpc = require('vault_lsp.rpc')
local prompt = require('vault_lsp.prompt')

local M = {}

-- environment selects the named environment, or asks for one.
function M.environment(bufnr, name)
  local client = rpc.client(bufnr)
  if not client then
    return
  end
  rpc.run(function()
    local uri = vim.uri_from_bufnr(bufnr)
    if not name or name == '' then
      local list, err = rpc.ask(client, bufnr, 'vault-lsp.listEnvironments', { uri = uri })
      if not list then
        return rpc.fail(err)
      end
      local names = vim.list_extend({ '' }, list.environments)
      name = prompt.select(names, 'Environment', function(item)
        local mark = item == list.selected and ' (selected)' or ''
        return (item == '' and 'no environment' or item) .. mark
      end)
    end
    if not name then
      return
    end
    local result, err = rpc.ask(client, bufnr, 'vault-lsp.selectEnvironment', { uri = uri, environment = name })
    if not result then
      return rpc.fail(err)
    end
    vim.b[bufnr].vault_lsp_environment = result.selected
    vim.notify('vault-lsp: ' .. (result.selected == '' and 'no environment' or ('environment ' .. result.selected)))
  end)
end

-- reset_cache drops everything that is cached, and logins.
function M.reset_cache(bufnr)
  local client = rpc.client(bufnr)
  if not client then
    return
  end
  rpc.run(function()
    local counts, err = rpc.ask(client, bufnr, 'vault-lsp.resetCache')
    if not counts then
      return rpc.fail(err)
    end
    vim.notify(('vault-lsp: dropped %d secrets and %d logins'):format(counts.entries, counts.logins))
  end)
end

-- cache says what the cache holds.
function M.cache(bufnr)
  local client = rpc.client(bufnr)
  if not client then
    return
  end
  rpc.run(function()
    local status, err = rpc.ask(client, bufnr, 'vault-lsp.cacheStatus')
    if not status then
      return rpc.fail(err)
    end
    vim.notify(
      ('vault-lsp: %d of %d secrets cached for %d minutes; %d hits, %d misses'):format(
        status.entries,
        status.maxEntries,
        status.ttlSeconds / 60,
        status.hits,
        status.misses
      )
    )
  end)
end

-- permissions lists what is allowed and revokes what the user picks.
function M.permissions(bufnr)
  local client = rpc.client(bufnr)
  if not client then
    return
  end
  rpc.run(function()
    local list, err = rpc.ask(client, bufnr, 'vault-lsp.listPermissions')
    if not list then
      return rpc.fail(err)
    end
    if #list == 0 then
      return vim.notify('vault-lsp: no destination has been allowed')
    end
    local one = prompt.select(list, 'Revoke which permission', function(p)
      return ('%s to %s'):format(p.reference, p.origin)
    end)
    if not one then
      return
    end
    local _, problem = rpc.ask(client, bufnr, 'vault-lsp.revokePermission', { id = one.id })
    if problem then
      return rpc.fail(problem)
    end
    vim.notify(('vault-lsp: %s may no longer go to %s'):format(one.reference, one.origin))
  end)
end

return M
