-- Questions to the user, for callers in a coroutine, and secret input.
local M = {}

local function wait(start)
  local thread = coroutine.running()
  local answered, early, value = false, true, nil
  start(function(answer)
    answered, value = true, answer
    if not early then
      coroutine.resume(thread, answer)
    end
  end)
  early = false
  if answered then
    return value
  end
  return coroutine.yield()
end

-- select returns the chosen item, or nil.
function M.select(items, prompt, format)
  return wait(function(done)
    vim.ui.select(items, { prompt = prompt, format_item = format }, done)
  end)
end

-- input returns the text, or nil where the user gave up.
function M.input(prompt, default)
  return wait(function(done)
    vim.ui.input({ prompt = prompt .. ': ', default = default }, done)
  end)
end

-- secret reads a secret without showing it and gives it to the server through
-- the command argv. It never enters a register, a history or the protocol.
-- It returns true, or nil and a message.
function M.secret(prompt, argv)
  local ok, value = pcall(vim.fn.inputsecret, prompt .. ': ')
  if not ok or value == '' then
    return nil, 'nothing was entered'
  end
  local result = wait(function(done)
    vim.system(argv, { stdin = value, text = true }, vim.schedule_wrap(done))
  end)
  if result.code ~= 0 then
    return nil, vim.trim(result.stderr or '')
  end
  return true
end

return M
