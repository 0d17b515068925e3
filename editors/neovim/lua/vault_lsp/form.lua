-- Questions to the user, for callers in a coroutine.
local async = require('vault_lsp.async')

local M = {}

-- select returns the chosen item, or nil.
function M.select(items, prompt, format)
  return async.await(function(done)
    vim.ui.select(items, { prompt = prompt .. ':', format_item = format }, done)
  end)
end

-- input returns the text, or nil where the user gave up.
function M.input(prompt, default)
  return async.await(function(done)
    vim.ui.input({ prompt = prompt .. ': ', default = default }, done)
  end)
end

M.NOTHING = 'nothing was entered'

-- secret reads a secret without showing it and writes it to the standard input
-- of the command that the server named. It never enters a register, a history
-- or the protocol. It returns nil, or what went wrong.
function M.secret(prompt, argv)
  local ok, value = pcall(vim.fn.inputsecret, prompt .. ': ')
  if not ok or value == '' then
    return M.NOTHING
  end
  return M.give(value, argv)
end

-- give writes a value to the standard input of a command of the server. It
-- returns nil, or what went wrong.
function M.give(value, argv)
  local result = async.await(function(done)
    vim.system(argv, { stdin = value, text = true }, vim.schedule_wrap(done))
  end)
  return result.code ~= 0 and (vim.trim(result.stderr):gsub('^vault%-lsp: ', '')) or nil
end

-- brief is the first sentence of a field's documentation.
function M.brief(doc)
  return (doc:match('^(.-)%.%s') or doc:gsub('%.$', ''))
end

local SUBMIT = {}

-- checked asks for a field until its value is good, and says what is wrong. It
-- returns nil where the user gives up.
local function checked(field, values, ask, check)
  local begin = values[field.name]
  while true do
    local value = ask(field, values, begin)
    local problem = value and check and check(field, value)
    if not problem then
      return value
    end
    vim.notify('vault-lsp: ' .. problem, vim.log.levels.WARN)
    begin = value
  end
end

-- overview lists what the form can do next: submit it, unless something is
-- missing, and the fields.
local function overview(fields, values, missing)
  local items, rest = {}, {}
  for _, field in ipairs(fields) do
    if missing[field.name] then
      items[#items + 1] = field
    else
      rest[#rest + 1] = field
    end
  end
  if #items == 0 then
    items[1] = SUBMIT
  end
  local function rank(field)
    return values[field.name] and 1 or 0
  end
  -- Those without a value come first.
  for wanted = 0, 1 do
    for _, field in ipairs(rest) do
      if rank(field) == wanted then
        items[#items + 1] = field
      end
    end
  end
  return items
end

-- fill asks for the required fields, then for as many of the others as the user
-- picks. ask(field, values, begin) returns a field's value. It returns the
-- values by name, or nil where the user gave up. options may have: values to
-- begin with; check(field, value), which says what is wrong; show(field, value)
-- for the overview; missing(values), the names that are still needed.
function M.fill(fields, required, submit, ask, options)
  options = options or {}
  local values = vim.deepcopy(options.values or {})
  for _, name in ipairs(required) do
    for _, field in ipairs(fields) do
      if field.name == name and not values[name] then
        values[name] = checked(field, values, ask, options.check)
      end
    end
    if not values[name] or values[name] == '' then
      return nil
    end
  end
  local function show(item, missing)
    if item == SUBMIT then
      return submit
    end
    local value = values[item.name]
    if value then
      return ('%s = %s'):format(item.name, options.show and options.show(item, value) or value)
    end
    local needed = missing[item.name] and ' (needed)' or ''
    return ('%s%s: %s'):format(item.name, needed, M.brief(item.doc))
  end
  while true do
    local missing = {}
    for _, name in ipairs(options.missing and options.missing(values) or {}) do
      missing[name] = true
    end
    local items = overview(fields, values, missing)
    local field = #items == 1 and SUBMIT
      or M.select(items, submit .. ', or add a field', function(item)
        return show(item, missing)
      end)
    if not field then
      return nil
    elseif field == SUBMIT then
      return values
    end
    local value = checked(field, values, ask, options.check)
    if value then
      values[field.name] = value ~= '' and value or nil
    end
  end
end

return M
