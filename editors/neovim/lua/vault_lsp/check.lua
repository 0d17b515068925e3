-- What is wrong with a typed value of a credential's field, as the server will
-- see it. testdata/form/fields.json has the cases that all forms and the server
-- agree on.
local M = {}

local UNITS =
  { ns = true, us = true, ['µs'] = true, ['μs'] = true, ms = true, s = true, m = true, h = true }

local function is_url(value)
  local rest = value:match('^[hH][tT][tT][pP][sS]?://(.+)$')
  if not rest or rest:find('[?#%s]') then
    return false
  end
  local host = rest:match('^[^/]+')
  if not host or host:find('@', 1, true) then
    return false
  end
  local name = host:match('^(%[[%x:.]+%])$') or host:match('^(%[[%x:.]+%]):%d+$')
  name = name or host:match('^([^:%[%]]+)$') or host:match('^([^:%[%]]+):%d+$')
  return name ~= nil
end

local function is_duration(value)
  local rest, long = value, false
  while rest ~= '' do
    local number, unit, after = rest:match('^(%d*%.?%d*)([^%d.]+)(.*)$')
    if not number or not number:find('%d') or not UNITS[unit] then
      return false
    end
    long, rest = long or number:find('[1-9]') ~= nil, after
  end
  return long
end

local function is_label(value)
  return #value <= 63 and value:find('^[a-z0-9-]+$') ~= nil and not value:find('^-') and not value:find('-$')
end

local PROBLEMS = {
  url = function(value)
    return not is_url(value) and 'must be an http or https URL without user, password or query'
  end,
  server = function(value)
    return not is_url(value)
      and not value:find('^unix:///.')
      and 'must be an http or https URL without user, password or query, or unix:///path of a socket'
  end,
  bool = function(value)
    return value ~= 'true' and value ~= 'false' and 'must be true or false'
  end,
  duration = function(value)
    return not is_duration(value) and 'must be a duration, such as 15m or 1h30m'
  end,
  label = function(value)
    return not is_label(value) and 'has lower-case letters, digits and dashes only'
  end,
  enum = function(value, field)
    return not vim.tbl_contains(field.values or {}, value)
      and 'must be one of ' .. table.concat(field.values or {}, ', ')
  end,
}

-- field returns what is wrong with a value, or nil. An empty value is none.
function M.field(field, value)
  if value == '' then
    return field.required and (field.prompt .. ' is required') or nil
  end
  if value:find('[%z\1-\31\127]') then
    return field.prompt .. ' holds a control character'
  end
  local problem = PROBLEMS[field.type]
  local found = problem and problem(value, field)
  return found and ('%s %s'):format(field.prompt, found) or nil
end

-- name returns what is wrong with the name of a credential, or nil.
function M.name(value)
  if #value <= 64 and value:find('^%w[%w._@-]*$') then
    return nil
  end
  return 'use letters, digits, dots, dashes, underscores and @, at most 64'
end

return M
