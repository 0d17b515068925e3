# The real VS Code workbench (code-server carries it whole), the Node.js it
# wants, and the library that drives it in Chromium.
# shellcheck shell=bash

# node_platform prints the suffix of the npm package that carries Node.js.
node_platform() {
  case $(uname -m) in
    x86_64) echo linux-x64 ;;
    aarch64) echo linux-arm64 ;;
    *) fail "vscode: no Node.js package known for $(uname -m)" ;;
  esac
}

# build_node unpacks Node.js beside the system's own; nothing is installed.
build_node() {
  local temporary=$1 platform
  platform=$(node_platform)
  cd "$temporary"
  npm_quiet pack --silent "node-$platform@$NODE_VERSION" >/dev/null
  tar -xzf ./*.tgz --strip-components=1
  rm -f ./*.tgz
  ./bin/node --version >/dev/null
}

# build_code_server compiles its native modules against that Node.js (the
# headers come with it), so no download of headers is needed.
build_code_server() {
  local temporary=$1
  cd "$temporary"
  export PATH=$TOOLS/node/bin:$PATH npm_config_nodedir=$TOOLS/node
  printf '{"private": true}\n' >package.json
  npm_quiet install --foreground-scripts "code-server@$CODE_SERVER_VERSION" >install.log 2>&1 || {
    tail -n 60 install.log >&2
    return 1
  }
  # A wrapper: code-server refuses every Node.js but its own major version,
  # and the caller's PATH usually has another one first.
  cat >code-server <<'WRAPPER'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
exec "$here/../node/bin/node" "$here/node_modules/code-server/out/node/entry.js" "$@"
WRAPPER
  chmod 755 code-server
}

# build_playwright takes the core library only: the browser is Debian's.
build_playwright() {
  cd "$1"
  printf '{"private": true}\n' >package.json
  npm_quiet install --ignore-scripts "playwright-core@$PLAYWRIGHT_VERSION" >/dev/null
}

install_node() { install_part node "$NODE_VERSION $(node_platform)" build_node; }
install_vscode() {
  install_node
  install_part vscode "$CODE_SERVER_VERSION node $NODE_VERSION" build_code_server
}
install_playwright() { install_part playwright "$PLAYWRIGHT_VERSION" build_playwright; }
