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

-- secret reads a secret without showing it and writes it to the standard input
-- of the command that the server named. It never enters a register, a history
-- or the protocol. It returns nil, or what went wrong.
function M.secret(prompt, argv)
  local ok, value = pcall(vim.fn.inputsecret, prompt .. ': ')
  if not ok or value == '' then
    return 'nothing was entered'
  end
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

-- fill asks for the required fields, then for as many of the others as the user
-- picks. ask(field, values) returns a field's value. It returns the values by
-- name, or nil where the user gave up.
function M.fill(fields, required, submit, ask)
  local values = {}
  for _, name in ipairs(required) do
    for _, field in ipairs(fields) do
      if field.name == name then
        values[name] = ask(field, values)
      end
    end
    if not values[name] or values[name] == '' then
      return nil
    end
  end
  while true do
    local items = { SUBMIT }
    for _, field in ipairs(fields) do
      if not values[field.name] then
        items[#items + 1] = field
      end
    end
    local field = #items == 1 and SUBMIT
      or M.select(items, submit .. ', or add a field', function(item)
        return item == SUBMIT and submit or ('%s: %s'):format(item.name, M.brief(item.doc))
      end)
    if not field then
      return nil
    elseif field == SUBMIT then
      return values
    end
    local value = ask(field, values)
    values[field.name] = value ~= '' and value or nil
  end
end

return M
