-- Flows that ask several questions, written as one function in a coroutine.
local M = {}

local function resume(thread)
  local ok, problem = coroutine.resume(thread)
  if not ok then
    vim.notify('vault-lsp: ' .. tostring(problem), vim.log.levels.ERROR)
  end
end

-- run starts fn in a coroutine and shows an error that ends it.
function M.run(fn)
  resume(coroutine.create(fn))
end

-- await calls start with a callback and returns what the callback is given. The
-- callback may be called at once, or later in the main loop.
function M.await(start)
  local thread, waiting, answer = coroutine.running(), false, nil
  start(function(...)
    answer = { n = select('#', ...), ... }
    if waiting then
      resume(thread)
    end
  end)
  if not answer then
    waiting = true
    coroutine.yield()
  end
  return unpack(answer, 1, answer.n)
end

return M
