# `make` alone lists what there is. Everything runs without a question.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo build test unit tools lint format fuzz bench generate clean

# The toolchain go.mod names, also where a newer Go is installed.
export GOTOOLCHAIN := $(shell awk '$$1 == "toolchain" { print $$2 }' go.mod)
# The product is built without C; only the race detector needs it.
export CGO_ENABLED := 0
# Request files of public repositories, if they are beside this repository.
ifneq ($(wildcard ../shared/corpus),)
export VAULT_LSP_CORPUS ?= $(abspath ../shared/corpus)
endif

INSTALL := internal/testtools/install/install
BENCH ?= .

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## the main job with no account: a secret from a local vault, a masked answer
	@go run ./cmd/vault-lsp demo

build: ## build bin/vault-lsp
	@go build -o bin/vault-lsp ./cmd/vault-lsp

test: ## everything, with real parts; installs what it needs
	@scripts/test

unit: ## quick: Go tests only; leaves out what is not installed
	@go test ./...

tools: ## install the real parts the tests run against (a cache outside the repository)
	@$(INSTALL)

lint: ## format, vet, linters, known vulnerabilities
	@scripts/lint

format: ## mend the format of Go and Lua sources
	@gofmt -w $$(git ls-files '*.go')
	@$(INSTALL) stylua
	@eval "$$(internal/testtools/install/env)"; git ls-files 'editors/neovim/*.lua' | xargs -r node scripts/format-lua.mjs \
	  "$$VAULT_LSP_TOOLS/stylua/node_modules/@johnnymorganz/stylua" editors/neovim/stylua.toml --write

fuzz: ## every fuzz target for FUZZTIME each (20s)
	@scripts/fuzz

bench: ## benchmarks, also beside httpYac; BENCH=pattern chooses
	@$(INSTALL) httpyac
	@go test -run '^$$' -bench '$(BENCH)' -benchmem ./...

generate: ## write the generated files anew
	@go test ./analysis ./credentials ./internal/docgen ./lsp ./secret/foreign -run TestGenerated -update

clean: ## remove what the build and the tests left in the repository
	@rm -rf bin test-output
