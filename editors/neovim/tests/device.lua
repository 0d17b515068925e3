-- A device code stands in a window until the server says that it was entered,
-- and the sign-in can be cancelled there.
local check = require('check')

local _, client = check.open(vim.env.TEST_FILE)
check.equal(client.config.init_options, { deviceCode = true }, 'initialization options')
local handler = client.config.handlers['vault-lsp/deviceCode']
local function tell(message)
  handler(nil, message, { client_id = client.id })
end
local function code_window()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    local bufnr = vim.api.nvim_win_get_buf(window)
    if vim.bo[bufnr].filetype == 'vault_lsp_code' then
      return window, table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), '\n')
    end
  end
end
local function press(keys)
  vim.api.nvim_feedkeys(keys, 'xt', false)
end

local opened
vim.ui.open = function(address)
  opened = address
  return {}
end
local message = {
  name = 'prod',
  title = 'credential "prod"',
  url = 'https://id.invalid/device',
  complete = 'https://id.invalid/device?code=WDJB-MJHT',
  code = 'WDJB-MJHT',
  done = false,
}
tell(message)
local window, text = code_window()
check.equal(vim.api.nvim_get_current_win(), window, 'current window')
check.contains(text, 'Open  https://id.invalid/device', 'window')
check.contains(text, 'Code  WDJB-MJHT', 'window')
press('o')
check.equal(opened, 'https://id.invalid/device?code=WDJB-MJHT', 'opened')
press('y')
check.equal(vim.fn.getreg('"'), 'WDJB-MJHT', 'register')
tell({ name = 'another', done = true })
check.equal(code_window(), window, 'the code of another credential has ended')
tell({ name = 'prod', done = true })
check.equal(code_window(), nil, 'window after the end')

-- Hidden, the sign-in goes on.
tell(message)
press('q')
check.equal(code_window(), nil, 'hidden window')
check.contains(check.messages(), 'waiting for the code WDJB-MJHT', 'messages')

-- Cancelled: the server is told; it answers, as nothing runs there.
tell(message)
local rpc = require('vault_lsp.rpc')
local call, told = rpc.call, nil
rpc.call = function(c, bufnr, command, args, done)
  return call(c, bufnr, command, args, function(err, result)
    told = { command = command, err = err, result = result }
    done(err, result)
  end)
end
press('x')
check.eventually('the answer to the cancellation', function()
  return told
end)
check.equal(told, {
  command = 'vault-lsp.cancelSignIn',
  result = { name = 'prod', cancelled = false },
}, 'cancellation')
tell({ name = 'prod', done = true })
