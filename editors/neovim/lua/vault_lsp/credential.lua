-- Credential profiles: add, test, sign in, remove.
local async = require('vault_lsp.async')
local form = require('vault_lsp.form')
local rpc = require('vault_lsp.rpc')

local M = {}

local function choose_method(providers)
  local provider = form.select(providers, 'Credential for', function(p)
    return p.label
  end)
  return provider
    and form.select(provider.methods, 'Sign in by', function(m)
      return ('%s: %s'):format(m.label, form.brief(m.doc))
    end)
end

-- plain_fields asks for the fields that are no secrets.
local function plain_fields(method)
  local fields, required = {}, {}
  for _, field in ipairs(method.fields) do
    if not field.secret then
      fields[#fields + 1] = field
      if field.required then
        required[#required + 1] = field.name
      end
    end
  end
  return form.fill(fields, required, 'Add the credential', function(field)
    if field.values then
      return form.select(field.values, field.prompt)
    end
    local example = field.example and (' (such as %s)'):format(field.example) or ''
    return form.input(field.prompt .. example, field.default)
  end)
end

-- give_secrets asks for each secret that the server waits for.
local function give_secrets(method, added)
  local prompts = {}
  for _, field in ipairs(method.fields) do
    prompts[field.name] = field.prompt
  end
  for i, name in ipairs(added.needs) do
    local problem = form.secret(prompts[name] or name, added.input[i])
    if problem then
      return ('%s: %s'):format(name, problem)
    end
  end
end

-- add asks for a new profile; its secrets go to the keyring.
function M.add(bufnr)
  local client = rpc.client(bufnr)
  if not client then
    return
  end
  async.run(function()
    local providers = rpc.ask(client, bufnr, 'vault-lsp.listProviders')
    local method = providers and choose_method(providers)
    local name = method and form.input('Name of the credential')
    local fields = name and name ~= '' and plain_fields(method)
    if not fields then
      return
    end
    local added = rpc.ask(client, bufnr, 'vault-lsp.addCredential', {
      name = name,
      provider = method.provider,
      auth = method.auth,
      fields = next(fields) and fields or nil,
    })
    if not added then
      return
    end
    local problem = give_secrets(method, added)
    if problem then
      rpc.notify(('credential "%s" was added without %s'):format(name, problem), vim.log.levels.ERROR)
    else
      rpc.notify(('added credential "%s"; :LspVaultTestCredential tests it'):format(name))
    end
  end)
end

local function choose_name(client, bufnr, verb)
  local list = rpc.ask(client, bufnr, 'vault-lsp.listCredentials')
  if list and #list == 0 then
    rpc.notify('no credentials are configured; :LspVaultAddCredential adds one')
    return
  end
  local chosen = list
    and form.select(list, verb, function(c)
      return ('%s (%s, %s)'):format(c.name, c.provider, c.auth)
    end)
  return chosen and chosen.name
end

-- with_one runs a command on the named profile, or on one that the user picks,
-- and shows what it answers.
local function with_one(bufnr, name, verb, command, describe)
  local client = rpc.client(bufnr)
  if not client then
    return
  end
  async.run(function()
    name = name ~= '' and name or choose_name(client, bufnr, verb)
    local result = name and rpc.ask(client, bufnr, command, { name = name })
    if result then
      rpc.notify(describe(result))
    end
  end)
end

local function identity(result)
  local lines = { ('%s: %s'):format(result.name, result.identity) }
  for _, detail in ipairs(result.details) do
    lines[#lines + 1] = ('  %s: %s'):format(detail.name, detail.value)
  end
  return table.concat(lines, '\n')
end

function M.test(bufnr, name)
  with_one(bufnr, name, 'Test which credential', 'vault-lsp.testCredential', identity)
end

function M.login(bufnr, name)
  with_one(bufnr, name, 'Sign in with which credential', 'vault-lsp.loginCredential', identity)
end

function M.remove(bufnr, name)
  with_one(bufnr, name, 'Remove which credential', 'vault-lsp.removeCredential', function(result)
    return ('removed credential "%s"'):format(result.name)
  end)
end

return M
