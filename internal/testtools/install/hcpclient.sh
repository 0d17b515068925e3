# HashiCorp's own client of HCP Vault Secrets, as a program.
# shellcheck shell=bash

build_hcpclient() {
  local temporary=$1
  cd "$testtools_dir/hcpclient"
  CGO_ENABLED=0 go build -mod=readonly -ldflags '-s -w' -o "$temporary/hcpclient" .
}

install_hcpclient() {
  local hash
  hash=$(cd "$testtools_dir" && content_hash hcpclient/go.mod hcpclient/go.sum hcpclient/*.go)
  install_part hcpclient "$hash" build_hcpclient
}
