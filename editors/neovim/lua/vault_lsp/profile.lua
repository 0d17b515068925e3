-- The forms of a credential profile. They know only what the server's table of
-- ways to sign in says.
local check = require('vault_lsp.check')
local form = require('vault_lsp.form')
local rpc = require('vault_lsp.rpc')

local M = {}

-- Where a secret is, in the values of a form. The secret itself is never there.
local ENTER, KEEP, ENV, FILE = 'enter', 'keep:', 'env:', 'file:'

local function starts(text, prefix)
  return text:sub(1, #prefix) == prefix and text:sub(#prefix + 1) or nil
end

local function show(field, value)
  if not field.secret then
    return value
  elseif value == ENTER then
    return 'asked for next'
  end
  local kept, env = starts(value, KEEP), starts(value, ENV)
  if kept then
    return 'kept in ' .. kept
  end
  return env and ('environment variable ' .. env) or ('file ' .. starts(value, FILE))
end

-- ask_place asks where a secret is. It is typed only after the form is taken.
local function ask_place(field, kept)
  local items = {
    { 'Enter it; it goes to the keyring', ENTER },
    { 'Environment variable', ENV },
    { 'File', FILE },
  }
  if kept then
    table.insert(items, 1, { 'Leave it as it is', kept })
  end
  if not field.required then
    items[#items + 1] = { 'Leave it out', '' }
  end
  local chosen = form.select(items, field.prompt, function(item)
    return item[1]
  end)
  if not chosen or (chosen[2] ~= ENV and chosen[2] ~= FILE) then
    return chosen and chosen[2]
  end
  local env = chosen[2] == ENV
  local text = form.input(env and 'Name of the variable' or 'Path of the file')
  if not text or text == '' then
    return nil
  end
  return chosen[2] .. text
end

-- check_place says what is wrong with the place of a secret.
local function check_place(value)
  local env, file = starts(value, ENV), starts(value, FILE)
  if env and env:find('[=%s]') then
    return 'give the name of a variable, without its value'
  elseif file and not file:find('^~?/') and not file:find('^%a:[\\/]') then
    return 'give a whole path: /run/secrets/token or ~/token'
  end
end

local LEAVE_OUT = 'leave it out'

local function ask_choice(field)
  local items = vim.deepcopy(field.values or { 'true', 'false' })
  if not field.required then
    items[#items + 1] = LEAVE_OUT
  end
  local chosen = form.select(items, field.prompt)
  return chosen == LEAVE_OUT and '' or chosen
end

local function ask_field(field, begin, kept)
  if field.secret then
    return ask_place(field, kept)
  elseif field.values or field.type == 'bool' then
    return ask_choice(field)
  end
  local example = field.example and (' (such as %s)'):format(field.example) or ''
  return form.input(field.prompt .. example, begin or (field.required and field.default) or nil)
end

-- missing are the fields that values lack: required ones, and those of which one
-- set is needed.
local function missing(method, values)
  local names, complete = {}, not method.oneOf
  for _, field in ipairs(method.fields) do
    if field.required and not values[field.name] then
      names[#names + 1] = field.name
    end
  end
  for _, set in ipairs(method.oneOf or {}) do
    local all = true
    for _, name in ipairs(set) do
      all = all and values[name] ~= nil
    end
    complete = complete or all
  end
  for _, set in ipairs(complete and {} or method.oneOf) do
    for _, name in ipairs(set) do
      if not values[name] then
        names[#names + 1] = name
      end
    end
  end
  return names
end

-- fill lets the user fill in the form of a method.
local function fill(method, submit, values)
  local required, before = {}, vim.deepcopy(values)
  for _, field in ipairs(method.fields) do
    if field.required and not values[field.name] then
      required[#required + 1] = field.name
    end
  end
  return form.fill(method.fields, required, submit, function(field, _, begin)
    local kept = before[field.name]
    return ask_field(field, begin, kept and starts(kept, KEEP) and kept)
  end, {
    values = values,
    show = show,
    check = function(field, value)
      if field.secret then
        return check_place(value)
      end
      return check.field(field, value)
    end,
    missing = function(now)
      return missing(method, now)
    end,
  })
end

local function filled(list)
  return next(list) and list or nil
end

-- written is what the server is told of a form's values.
local function written(method, values, before)
  local fields, secrets, sources, forget = {}, {}, {}, {}
  for _, field in ipairs(method.fields) do
    local name, value = field.name, values[field.name]
    if not value then
      if field.secret and before[name] then
        forget[#forget + 1] = name
      end
    elseif not field.secret then
      fields[name] = value
    elseif value == ENTER then
      secrets[#secrets + 1] = name
    elseif not starts(value, KEEP) then
      local env = starts(value, ENV)
      sources[name] = env and { env = env } or { file = starts(value, FILE) }
    end
  end
  return {
    fields = filled(fields),
    secrets = filled(secrets),
    sources = filled(sources),
    forget = filled(forget),
  }
end

-- give_secrets asks for each secret that the server waits for. It returns what
-- went wrong.
local function give_secrets(method, result)
  local prompts = {}
  for _, field in ipairs(method.fields) do
    prompts[field.name] = field.prompt
  end
  for i, name in ipairs(result.needs) do
    local problem = form.secret(prompts[name] or name, result.input[i])
    if problem then
      return ('%s: %s'):format(name, problem)
    end
  end
end

-- submit fills the form in until the server takes it, and asks for the secrets.
-- It returns the server's answer and what went wrong with a secret, or nil where
-- the user gave up.
local function submit(client, bufnr, method, label, values, send)
  local before = values
  while true do
    values = fill(method, label, values)
    if not values then
      return nil
    end
    local err, result = rpc.try(client, bufnr, send(written(method, values, before)))
    if not err then
      return result, give_secrets(method, result)
    end
    rpc.fail(err)
    if rpc.failure(err).code ~= 'bad-credential' then
      return nil
    end
  end
end

local function choose_method(providers)
  local able = vim.tbl_filter(function(p)
    return #p.methods > 0
  end, providers)
  local provider = form.select(able, 'Credential for', function(p)
    return p.label
  end)
  return provider
    and form.select(provider.methods, 'Sign in by', function(m)
      return ('%s: %s'):format(m.label, form.brief(m.doc))
    end)
end

local function ask_name()
  local name = form.input('Name of the credential')
  while name and check.name(name) do
    rpc.notify(check.name(name), vim.log.levels.WARN)
    name = form.input('Name of the credential', name)
  end
  return name
end

-- add asks for a new profile. It returns its name and whether a person signs in
-- with it, or nil where none was added.
function M.add(client, bufnr)
  local providers = rpc.ask(client, bufnr, 'vault-lsp.listProviders')
  local method = providers and choose_method(providers)
  local name = method and ask_name()
  if not name then
    return nil
  end
  local values = {}
  for _, field in ipairs(method.fields) do
    if field.secret and field.required then
      values[field.name] = ENTER
    end
  end
  local added, problem = submit(client, bufnr, method, 'Add the credential', values, function(args)
    args.forget = nil
    args.name, args.provider, args.auth = name, method.provider, method.auth
    return 'vault-lsp.addCredential', args
  end)
  if problem then
    rpc.notify(('credential "%s" was not added: %s'):format(name, problem), vim.log.levels.ERROR)
    rpc.try(client, bufnr, 'vault-lsp.removeCredential', { name = name })
    return nil
  end
  return added and name, added and added.signIn
end

-- edit opens the form of a profile, filled in. It returns whether it was
-- changed.
function M.edit(client, bufnr, name)
  local details = rpc.ask(client, bufnr, 'vault-lsp.describeCredential', { name = name })
  local providers = details and rpc.ask(client, bufnr, 'vault-lsp.listProviders')
  for _, provider in ipairs(providers or {}) do
    for _, method in ipairs(provider.methods) do
      if provider.name == details.provider and method.auth == details.auth then
        local values = vim.deepcopy(details.fields)
        for _, secret in ipairs(details.secrets) do
          values[secret.name] = KEEP .. secret.source
        end
        local changed, problem = submit(client, bufnr, method, 'Save the credential', values, function(args)
          args.name = name
          return 'vault-lsp.updateCredential', args
        end)
        if problem then
          rpc.notify(problem, vim.log.levels.ERROR)
        end
        return changed ~= nil
      end
    end
  end
  return false
end

return M
