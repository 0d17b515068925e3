runtime! ftplugin/http.lua
