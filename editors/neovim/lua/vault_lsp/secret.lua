-- Inserting a secret reference with a form of its fields.
local async = require('vault_lsp.async')
local entry = require('vault_lsp.entry')
local form = require('vault_lsp.form')
local rpc = require('vault_lsp.rpc')

local M = {}

-- quoted prints a value so that the server reads it as one; the server then
-- prints the reference in its canonical form.
local function quoted(value)
  if not value:find('[%s"\'{}\\]') then
    return value
  end
  return "'" .. value:gsub('\\', '\\\\'):gsub("'", "\\'") .. "'"
end

local function reference(provider, values)
  local parts = { '{{$' .. provider.name }
  for _, field in ipairs(provider.fields) do
    if values[field.name] then
      parts[#parts + 1] = field.name .. '=' .. quoted(values[field.name])
    end
  end
  return table.concat(parts, ' ') .. '}}'
end

local TYPE_IT = { value = 'Type it …' }

local function show_item(item)
  return item.detail and ('%s  %s'):format(item.value, item.detail) or item.value
end

-- listed lets the user pick among what the vault has, from folder to folder. It
-- returns the value and whether the vault had anything to pick.
local function listed(client, bufnr, provider, field, values)
  local args = { provider = provider.name, field = field.name, credential = values.credential }
  local known = vim.tbl_extend('force', {}, values)
  known.credential = nil
  args.known = next(known) and known or nil
  while true do
    local err, result = entry.with(client, bufnr, function()
      return rpc.try(client, bufnr, 'vault-lsp.listSecrets', args)
    end, true)
    if err then
      rpc.notify('no list of ' .. field.name .. ': ' .. err.message, vim.log.levels.WARN)
    end
    if err or #result.items == 0 then
      return args.prefix, false
    end
    local choice =
      form.select(vim.list_extend({ TYPE_IT }, result.items), args.prefix or field.name, show_item)
    if choice == TYPE_IT then
      return args.prefix, false
    elseif not choice or choice.value:sub(-1) ~= '/' then
      return choice and choice.value, true
    end
    args.prefix = choice.value
  end
end

-- ask_field asks for one field's value: from its own values or those of the
-- vault where there are any.
local function ask_field(client, bufnr, provider, field, values, begin)
  if field.values then
    return form.select(field.values, field.name)
  elseif field.live then
    local value, picked = listed(client, bufnr, provider, field, values)
    if picked then
      return value
    end
    begin = value or begin
  end
  return form.input(('%s (%s)'):format(field.name, form.brief(field.doc)), begin)
end

-- choose_form returns the required fields; a provider may have several sets.
local function choose_form(provider)
  if #provider.forms <= 1 then
    return provider.forms[1] or {}
  end
  return form.select(provider.forms, 'Name the secret by', function(names)
    return table.concat(names, ' and ')
  end)
end

local function choose_provider(providers, name)
  for _, provider in ipairs(providers) do
    if provider.name == name then
      return provider
    end
  end
  return form.select(providers, 'Insert secret from', function(provider)
    return provider.label
  end)
end

-- insert runs the form and puts the reference in place of range (of the
-- protocol, in the client's encoding).
function M.insert(bufnr, provider_name, range)
  local client = rpc.client(bufnr)
  if not client then
    return
  end
  async.run(function()
    local providers = rpc.ask(client, bufnr, 'vault-lsp.listProviders')
    local provider = providers and choose_provider(providers, provider_name)
    local required = provider and choose_form(provider)
    local values = required
      and form.fill(provider.fields, required, 'Insert the reference', function(field, values, begin)
        return ask_field(client, bufnr, provider, field, values, begin)
      end)
    if values then
      rpc.ask(client, bufnr, 'vault-lsp.insertSecret', {
        uri = vim.uri_from_bufnr(bufnr),
        range = range,
        reference = reference(provider, values),
      })
    end
  end)
end

return M
