runtime! syntax/http.vim
