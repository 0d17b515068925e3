-- Indents JSON text as it stands: order, numbers and strings are kept.
local M = {}

-- indent returns the text with one member a line, or the text itself where it
-- is no JSON.
function M.indent(text)
  if not pcall(vim.json.decode, text) then
    return text
  end
  local out, depth, at, size = {}, 0, 1, #text
  local function break_line()
    out[#out + 1] = '\n' .. ('  '):rep(depth)
  end
  while at <= size do
    local c = text:sub(at, at)
    if c == '"' then
      local stop = at + 1
      while text:sub(stop, stop) ~= '"' do
        stop = stop + (text:sub(stop, stop) == '\\' and 2 or 1)
      end
      out[#out + 1] = text:sub(at, stop)
      at = stop
    elseif c == '{' or c == '[' then
      local close = text:match('^%s*([%]}])', at + 1)
      if close then
        out[#out + 1] = c .. close
        at = text:find(close, at + 1, true)
      else
        out[#out + 1] = c
        depth = depth + 1
        break_line()
      end
    elseif c == '}' or c == ']' then
      depth = depth - 1
      break_line()
      out[#out + 1] = c
    elseif c == ',' then
      out[#out + 1] = c
      break_line()
    elseif c == ':' then
      out[#out + 1] = ': '
    elseif not c:match('%s') then
      out[#out + 1] = c
    end
    at = at + 1
  end
  return table.concat(out)
end

return M
