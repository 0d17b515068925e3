-- Credential profiles: add, test, sign in, remove.
local rpc = require('vault_lsp.rpc')
local prompt = require('vault_lsp.prompt')

local M = {}

local function ask_fields(method)
  local fields = {}
  for _, field in ipairs(method.fields) do
    if not field.secret then
      local label = field.prompt .. (field.required and '' or ' (optional)')
      local value
      if field.values and #field.values > 0 then
        value = prompt.select(field.values, label)
      else
        value = prompt.input(label)
      end
      if value == nil and field.required then
        return nil
      end
      if value and value ~= '' then
        fields[field.name] = value
      end
    end
  end
  return fields
end

local function choose_method(providers)
  local provider = prompt.select(providers, 'Credential for', function(p)
    return p.label
  end)
  if not provider then
    return
  end
  local method = prompt.select(provider.methods, 'Sign in by', function(m)
    return m.label .. ': ' .. m.doc
  end)
  return provider, method
end

-- add asks for a new profile; its secrets go to the keyring, each through the
-- command that the server names.
function M.add(bufnr)
  local client = rpc.client(bufnr)
  if not client then
    return
  end
  rpc.run(function()
    local providers, err = rpc.ask(client, bufnr, 'vault-lsp.listProviders')
    if not providers then
      return rpc.fail(err)
    end
    local provider, method = choose_method(providers)
    local name = method and prompt.input('Name of the credential')
    if not name or name == '' then
      return
    end
    local fields = ask_fields(method)
    if not fields then
      return
    end
    local args = { name = name, provider = provider.name, auth = method.auth }
    if next(fields) then
      args.fields = fields
    end
    local added, problem = rpc.ask(client, bufnr, 'vault-lsp.addCredential', args)
    if not added then
      return rpc.fail(problem)
    end
    for i, field in ipairs(added.needs) do
      local ok, message = prompt.secret(field, added.input[i])
      if not ok then
        return vim.notify('vault-lsp: ' .. message, vim.log.levels.ERROR)
      end
    end
    vim.notify(('vault-lsp: added credential "%s"'):format(name))
  end)
end

local function describe(result)
  local lines = { ('%s: %s'):format(result.name, result.identity) }
  for _, detail in ipairs(result.details or {}) do
    lines[#lines + 1] = ('  %s: %s'):format(detail.name, detail.value)
  end
  return table.concat(lines, '\n')
end

-- with_one lets the user pick a profile and runs a command on it.
local function with_one(bufnr, name, verb, command, describe_result)
  local client = rpc.client(bufnr)
  if not client then
    return
  end
  rpc.run(function()
    if not name or name == '' then
      local list, err = rpc.ask(client, bufnr, 'vault-lsp.listCredentials')
      if not list then
        return rpc.fail(err)
      end
      if #list == 0 then
        return vim.notify('vault-lsp: no credentials are configured; :LspVaultAddCredential makes one')
      end
      local one = prompt.select(list, verb .. ' credential', function(c)
        return ('%s (%s, %s)'):format(c.name, c.provider, c.auth)
      end)
      name = one and one.name
    end
    if not name then
      return
    end
    local result, err = rpc.ask(client, bufnr, command, { name = name })
    if not result then
      return rpc.fail(err)
    end
    vim.notify('vault-lsp: ' .. describe_result(result))
  end)
end

function M.test(bufnr, name)
  with_one(bufnr, name, 'Test', 'vault-lsp.testCredential', describe)
end

function M.login(bufnr, name)
  with_one(bufnr, name, 'Sign in with', 'vault-lsp.loginCredential', describe)
end

function M.remove(bufnr, name)
  with_one(bufnr, name, 'Remove', 'vault-lsp.removeCredential', function(result)
    return ('removed credential "%s"'):format(result.name)
  end)
end

return M
