# The real Vault server, built from its published Go module.
# shellcheck shell=bash

build_vaultd() {
  local temporary=$1
  cd "$testtools_dir/vaultd"
  # No -trimpath: it would compile the several hundred packages a second time
  # next to the copies the Go build cache may hold already.
  CGO_ENABLED=0 go build -mod=readonly -ldflags '-s -w' -o "$temporary/vaultd" .
}

install_vaultd() {
  local hash
  hash=$(cd "$testtools_dir" && content_hash vaultd/go.mod vaultd/go.sum vaultd/*.go)
  install_part "vaultd/$VAULT_VERSION" "$VAULT_VERSION $hash" build_vaultd
}
