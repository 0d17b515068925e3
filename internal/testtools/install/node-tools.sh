# Small tools from npm: the peer of the benchmarks and the Lua formatter.
# shellcheck shell=bash

build_httpyac() {
  cd "$1"
  cp "$install_dir/httpyac/package.json" "$install_dir/httpyac/package-lock.json" .
  npm_quiet ci --ignore-scripts >npm.log 2>&1 || {
    cat npm.log >&2
    return 1
  }
  ln -s node_modules/.bin/httpyac httpyac
}

build_stylua() {
  cd "$1"
  printf '{"private": true}\n' >package.json
  npm_quiet install --ignore-scripts "@johnnymorganz/stylua@$STYLUA_VERSION" >/dev/null
}

install_httpyac() { install_part httpyac "$(content_hash install/httpyac/package-lock.json)" build_httpyac; }
install_stylua() { install_part stylua "$STYLUA_VERSION" build_stylua; }
