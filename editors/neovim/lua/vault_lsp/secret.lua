-- Inserting a secret reference with a form of its fields.
local rpc = require('vault_lsp.rpc')
local prompt = require('vault_lsp.prompt')

local M = {}

local typed = { value = 'type it …', typed = true }

-- quoted prints a value so that the server reads it as one.
local function quoted(value)
  if value ~= '' and not value:find('[%s"\'{}\\]') then
    return value
  end
  return "'" .. value:gsub('\\', '\\\\'):gsub("'", "\\'") .. "'"
end

-- reference prints provider and fields; the server puts it in canonical form.
function M.reference(provider, order, values)
  local parts = { '{{$' .. provider }
  for _, field in ipairs(order) do
    if values[field] and values[field] ~= '' then
      parts[#parts + 1] = field .. '=' .. quoted(values[field])
    end
  end
  return table.concat(parts, ' ') .. '}}'
end

-- ask_field asks for one field: from the vault's own names where there are any.
local function ask_field(client, bufnr, provider, field, values)
  local choices = {}
  for _, value in ipairs(field.values or {}) do
    choices[#choices + 1] = { value = value }
  end
  if field.live then
    local args = { provider = provider, field = field.name }
    local known = vim.tbl_extend('force', {}, values)
    args.credential, known.credential = known.credential, nil
    if next(known) then
      args.known = known
    end
    local result = rpc.ask(client, bufnr, 'vault-lsp.listSecrets', args)
    choices = result and result.items or choices
  end
  if #choices == 0 then
    return prompt.input(('%s (%s)'):format(field.name, field.doc))
  end
  choices[#choices + 1] = typed
  local choice = prompt.select(choices, field.name, function(item)
    return item.detail and item.detail ~= '' and (item.value .. '  ' .. item.detail) or item.value
  end)
  if choice and choice.typed then
    return prompt.input(field.name)
  end
  if choice and field.live and choice.value:sub(-1) == '/' then
    -- A folder: go on below it.
    local below = rpc.ask(client, bufnr, 'vault-lsp.listSecrets', {
      provider = provider,
      field = field.name,
      prefix = choice.value,
      known = next(values) and values or nil,
    })
    if below and #below.items > 0 then
      local deeper = prompt.select(below.items, choice.value, function(item)
        return item.value
      end)
      return deeper and deeper.value
    end
  end
  return choice and choice.value
end

local function by_name(provider)
  local fields = {}
  for _, field in ipairs(provider.fields) do
    fields[field.name] = field
  end
  return fields
end

-- form asks for the required fields, then for as many others as the user wants.
-- It returns the values, or nil where the user gave up.
local function form(client, bufnr, provider)
  local fields, values = by_name(provider), {}
  local required = provider.forms[1] or {}
  if #provider.forms > 1 then
    required = prompt.select(provider.forms, 'Name the secret by', function(names)
      return table.concat(names, ' and ')
    end)
    if not required then
      return nil
    end
  end
  for _, name in ipairs(required) do
    local value = ask_field(client, bufnr, provider.name, fields[name], values)
    if not value or value == '' then
      return nil
    end
    values[name] = value
  end
  while true do
    local rest = { { insert = true } }
    for _, field in ipairs(provider.fields) do
      if not values[field.name] then
        rest[#rest + 1] = field
      end
    end
    local choice = prompt.select(rest, 'Insert, or add a field', function(item)
      return item.insert and 'Insert the reference' or (item.name .. ': ' .. item.doc)
    end)
    if not choice then
      return nil
    end
    if choice.insert then
      return values
    end
    local value = ask_field(client, bufnr, provider.name, choice, values)
    if value and value ~= '' then
      values[choice.name] = value
    end
  end
end

-- insert runs the form and replaces range (LSP, in the client's encoding).
function M.insert(bufnr, provider_name, range)
  local client = rpc.client(bufnr)
  if not client then
    return
  end
  rpc.run(function()
    local providers, err = rpc.ask(client, bufnr, 'vault-lsp.listProviders')
    if not providers then
      return rpc.fail(err)
    end
    local provider
    for _, p in ipairs(providers) do
      if p.name == provider_name then
        provider = p
      end
    end
    provider = provider or prompt.select(providers, 'Insert secret from', function(p)
      return p.label
    end)
    if not provider then
      return
    end
    local values = form(client, bufnr, provider)
    if not values then
      return
    end
    local order = {}
    for _, field in ipairs(provider.fields) do
      order[#order + 1] = field.name
    end
    local _, problem = rpc.ask(client, bufnr, 'vault-lsp.insertSecret', {
      uri = vim.uri_from_bufnr(bufnr),
      range = range,
      reference = M.reference(provider.name, order, values),
    })
    rpc.fail(problem)
  end)
end

return M
