-- A send that needs a person to sign in asks, shows the code or opens the
-- browser, and goes on; signed in, it asks no more.
local check = require('check')

check.open(vim.env.TEST_FILE)

local function put(path, text)
  local file = io.open(path, 'w')
  file:write(text .. '\n')
  file:close()
end

local function code_window()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    local bufnr = vim.api.nvim_win_get_buf(window)
    if vim.bo[bufnr].filetype == 'vault_lsp_code' then
      return window, table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), '\n')
    end
  end
end

-- Refused, nothing is sent and the error says how to sign in.
local asked = check.answers({ 'Cancel' })
vim.cmd('LspVaultSend code')
check.contains(check.await_response('no response: sign-in-needed'), 'code', 'failure')
check.equal(#asked, 1, 'questions')
check.contains(asked[1], 'Credential "code" (azure, Device code)', 'question')

-- With a code, which goes away by itself.
asked = check.answers({ 'Sign In' })
vim.cmd('LspVaultSend code')
local text = check.eventually('the code', function()
  local _, shown = code_window()
  return shown
end)
put(vim.env.TEST_CODE, text:match('Code  (%S+)'))
check.contains(check.await_response('"path": "/code"'), 'Bearer ●●●●●●', 'response')
check.equal(code_window(), nil, 'window after the sign-in')
check.equal(#asked, 1, 'questions')

-- Signed in, nothing is asked.
check.answers({})
vim.cmd('LspVaultSend code')
check.contains(check.await_response('"path": "/code"'), 'Bearer ●●●●●●', 'response')

-- In the browser, by command.
vim.ui.open = function(address)
  put(vim.env.TEST_PAGE, address)
  return {}
end
vim.cmd('LspVaultLogin web')
check.await_message('signed in with web: alice@example.test')
check.answers({})
vim.cmd('LspVaultSend web')
check.contains(check.await_response('"path": "/web"'), 'Bearer ●●●●●●', 'response')

-- The menu says who that is.
check.answers({ 'code (azure, device-code)  alice@example.test', 'Sign out' })
vim.cmd('LspVaultCredentials')
check.await_message('signed out of "code"')
