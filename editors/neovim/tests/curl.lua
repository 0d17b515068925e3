-- A request copied with its secrets reaches the clipboard, after a question,
-- and no register that Neovim would write to a file.
local check = require('check')

local clipboard
vim.g.clipboard = {
  name = 'test',
  copy = {
    ['+'] = function(lines)
      clipboard = table.concat(lines, '\n')
    end,
    ['*'] = function() end,
  },
  paste = {
    ['+'] = function()
      return { clipboard or '' }
    end,
    ['*'] = function()
      return {}
    end,
  },
}

check.open(vim.env.TEST_FILE)
check.put_cursor('/first')
vim.cmd('LspVaultCopyCurl')
check.await_message('copied as cURL')
check.contains(clipboard, '{{$vault path=app/db key=password}}', 'clipboard')

clipboard = nil
check.answers({ 'Deny' })
vim.cmd('LspVaultCopyCurl!')
check.await_message('the secrets were not revealed')
check.equal(clipboard, nil, 'clipboard after Deny')

local asked = check.answers({ 'Reveal' })
vim.cmd('LspVaultCopyCurl!')
check.eventually('the copy', function()
  return clipboard
end)
check.contains(asked[1], '{{$vault path=app/db key=password}}', 'question')
check.contains(clipboard, 'Bearer ' .. vim.env.TEST_VALUE, 'clipboard')
clipboard = nil
check.lacks(check.everything(), vim.env.TEST_VALUE, 'what Neovim shows')
vim.cmd('wshada! ' .. vim.env.TEST_WORK .. '/shada')
