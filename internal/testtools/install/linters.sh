# Go linters at pinned versions, built with the toolchain of this repository.
# shellcheck shell=bash

build_staticcheck() { CGO_ENABLED=0 GOFLAGS='' GOBIN=$1 go install "honnef.co/go/tools/cmd/staticcheck@$STATICCHECK_VERSION"; }
build_govulncheck() { CGO_ENABLED=0 GOFLAGS='' GOBIN=$1 go install "golang.org/x/vuln/cmd/govulncheck@$GOVULNCHECK_VERSION"; }

install_linters() {
  # A linter must be built with at least the Go version it reads.
  local go_version
  go_version=$(go env GOVERSION)
  install_part staticcheck "$STATICCHECK_VERSION $go_version" build_staticcheck
  install_part govulncheck "$GOVULNCHECK_VERSION $go_version" build_govulncheck
}
