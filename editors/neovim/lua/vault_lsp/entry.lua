-- What the user has to do before a command of the server can go on: enter a
-- passphrase or a one-time code, or sign in.
local form = require('vault_lsp.form')
local rpc = require('vault_lsp.rpc')

local M = {}

-- How often a refused answer may be given again.
local TRIES = 3

-- give_answer asks for a value that may be shown, and gives it to the server. It
-- returns nil, or what went wrong.
local function give_answer(question, argv)
  local value
  if type(question.choices) == 'table' and #question.choices > 0 then
    value = form.select(question.choices, question.title)
  else
    value = form.input(question.title, question.default)
  end
  if not value or value == '' then
    return form.NOTHING
  end
  return form.give(value, argv)
end

local function enter_one(question, argv)
  for _ = 1, TRIES do
    local problem
    if question.hidden then
      problem = form.secret(question.title, argv)
    else
      problem = give_answer(question, argv)
    end
    if not problem then
      return true
    end
    rpc.notify(problem, vim.log.levels.ERROR)
    if problem == form.NOTHING then
      return false
    end
  end
  return false
end

-- enter asks for all that a failure names and gives it to the server. It returns
-- whether there was something, and it is there now.
local function enter(failure)
  if type(failure.input) ~= 'table' or #failure.input == 0 then
    return false
  end
  for i, argv in ipairs(failure.input) do
    local prompts = type(failure.prompts) == 'table' and failure.prompts or {}
    local question = (failure.questions or {})[i] or { title = prompts[i] or failure.needs[i], hidden = true }
    if failure.code == 'locked' then
      question.title = ('Passphrase (%s)'):format(failure.message)
    end
    if not enter_one(question, argv) then
      return false
    end
  end
  return true
end

-- signs_in is the credential that a failure wants a person to sign in with.
local function signs_in(failure)
  local action = failure.action
  if failure.code == 'sign-in-needed' and type(action) == 'table' then
    return action.command == 'vault-lsp.loginCredential' and action.arguments[1].name or nil
  end
end

-- with runs attempt, which returns error and result, again after the user has
-- entered what was missing. With offer it also offers to sign in: a send asks
-- that by itself.
function M.with(client, bufnr, attempt, offer)
  local err, result
  for _ = 0, TRIES do
    err, result = attempt()
    if not err then
      return nil, result
    end
    local failure = rpc.failure(err)
    local name = offer and signs_in(failure)
    if name then
      local answer = form.select({ 'Sign in', 'Cancel' }, failure.message .. '. Sign in?')
      local refused = answer ~= 'Sign in' and err
        or M.with(client, bufnr, function()
          return rpc.try(client, bufnr, 'vault-lsp.loginCredential', { name = name })
        end)
      if refused then
        return refused
      end
    elseif not enter(failure) then
      return err
    end
  end
  return err
end

return M
