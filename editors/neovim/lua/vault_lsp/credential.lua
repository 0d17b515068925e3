-- Credential profiles: who they are, sign in, add, edit, remove.
local async = require('vault_lsp.async')
local entry = require('vault_lsp.entry')
local form = require('vault_lsp.form')
local profile = require('vault_lsp.profile')
local rpc = require('vault_lsp.rpc')

local M = {}

-- expiry says when something ends, for a person.
local function expiry(expires)
  if type(expires) ~= 'string' then
    return nil
  end
  local year, month, day, hour, minute, second = expires:match('^(%d+)-(%d+)-(%d+)T(%d+):(%d+):(%d+)Z$')
  if not year then
    return nil
  end
  local zone = os.time() - os.time(os.date('!*t'))
  local ends = os.time({
    year = year,
    month = month,
    day = day,
    hour = hour,
    min = minute,
    sec = second,
    isdst = false,
  }) + zone
  local left = ends - os.time()
  if left < 0 then
    return 'ended ' .. os.date('%Y-%m-%d %H:%M', ends)
  elseif left < 3600 then
    return ('for %d more minutes'):format(math.floor(left / 60))
  end
  return 'until ' .. os.date('%Y-%m-%d %H:%M', ends)
end

-- describe is one line about a profile, for menus.
local function describe(c)
  local parts = { ('%s (%s, %s%s)'):format(c.name, c.provider, c.auth, c.isDefault and ', default' or '') }
  parts[#parts + 1] = c.identity
  parts[#parts + 1] = expiry(c.expires)
  return table.concat(parts, '  ')
end

local function identity(result)
  local lines = { ('%s: %s'):format(result.name, result.identity) }
  for _, detail in ipairs(result.details) do
    lines[#lines + 1] = ('  %s: %s'):format(detail.name, detail.value)
  end
  local ends = expiry(result.expires)
  if ends then
    lines[#lines + 1] = '  valid ' .. ends
  end
  return table.concat(lines, '\n')
end

local function choose(client, bufnr, verb)
  local list = rpc.ask(client, bufnr, 'vault-lsp.listCredentials')
  if list and #list == 0 then
    rpc.notify('no credentials are configured; :LspVaultAddCredential adds one')
    return
  end
  return list and form.select(list, verb, describe)
end

-- run runs a command on a profile and returns its result, or nil after showing
-- the error. The user enters what is missing; :LspVaultCancel gives up.
local function run(client, bufnr, command, name)
  local err, result = entry.with(client, bufnr, function()
    return require('vault_lsp.send').exchange(client, bufnr, command, { name = name })
  end, command ~= 'vault-lsp.loginCredential')
  if err then
    rpc.fail(err)
  end
  return result
end

local function test(client, bufnr, name)
  local result = run(client, bufnr, 'vault-lsp.testCredential', name)
  if result then
    rpc.notify(identity(result))
  end
end

local function login(client, bufnr, name)
  rpc.notify(('signing in with "%s" …'):format(name))
  local result = run(client, bufnr, 'vault-lsp.loginCredential', name)
  if result then
    rpc.notify('signed in with ' .. identity(result))
  end
end

local function edit(client, bufnr, name)
  if profile.edit(client, bufnr, name) then
    rpc.notify(('changed credential "%s"'):format(name))
  end
end

local function make_default(client, bufnr, name)
  if run(client, bufnr, 'vault-lsp.setDefaultCredential', name) then
    rpc.notify(('"%s" is the default now'):format(name))
  end
end

local function logout(client, bufnr, name)
  if run(client, bufnr, 'vault-lsp.logoutCredential', name) then
    rpc.notify(('signed out of "%s"'):format(name))
  end
end

local function remove(client, bufnr, name)
  if run(client, bufnr, 'vault-lsp.removeCredential', name) then
    rpc.notify(('removed credential "%s"'):format(name))
  end
end

local function add(client, bufnr)
  local name, sign_in = profile.add(client, bufnr)
  if not name then
    return
  end
  local offer = sign_in and 'Sign in' or 'Test'
  rpc.notify(('added credential "%s"; :LspVaultTestCredential tests it'):format(name))
  if form.select({ offer, 'Later' }, ('%s with "%s" now'):format(offer, name)) == offer then
    (sign_in and login or test)(client, bufnr, name)
  end
end

-- flow runs a function of client and buffer in a coroutine.
local function flow(bufnr, fn)
  local client = rpc.client(bufnr)
  if client then
    async.run(function()
      fn(client, bufnr)
    end)
  end
end

-- named makes a command's function of one that works on a profile: the named
-- one, or one that the user picks.
local function named(verb, fn)
  return function(bufnr, name)
    flow(bufnr, function(client)
      local chosen = name ~= '' and name or (choose(client, bufnr, verb) or {}).name
      if chosen then
        fn(client, bufnr, chosen)
      end
    end)
  end
end

M.test = named('Test which credential', test)
M.login = named('Sign in with which credential', login)
M.edit = named('Edit which credential', edit)
M.remove = named('Remove which credential', remove)

-- add asks for a new profile; its secrets go to the keyring.
function M.add(bufnr)
  flow(bufnr, add)
end

-- manage lists the profiles with who they are and for how long, and does with
-- one what the user picks.
function M.manage(bufnr)
  flow(bufnr, function(client)
    local chosen = choose(client, bufnr, 'Credential')
    if not chosen then
      return
    end
    local actions = {
      { chosen.identity and 'Renew the sign-in' or 'Sign in', login },
      { 'Test', test },
      { 'Edit', edit },
      { 'Make default', make_default },
      { 'Remove', remove },
    }
    if chosen.signIn and chosen.identity then
      table.insert(actions, 2, { 'Sign out', logout })
    end
    local action = form.select(actions, describe(chosen), function(item)
      return item[1]
    end)
    if action then
      action[2](client, bufnr, chosen.name)
    end
  end)
end

return M
