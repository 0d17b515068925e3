# oidc-provider: an OpenID-certified server that the tests dress as Microsoft
# Entra ID. A browser and the library that drives it belong to other parts.
# shellcheck shell=bash

build_entra() {
  cd "$1"
  cp "$install_dir/entra/package.json" "$install_dir/entra/package-lock.json" .
  npm_quiet ci --ignore-scripts >npm.log 2>&1 || {
    cat npm.log >&2
    return 1
  }
}

install_entra() {
  install_node
  install_part entra "$(content_hash install/entra/package-lock.json)" build_entra
}
