# Tallystick 合契. `make` alone lists what there is.
#
# Nothing needs to be installed but Go, make and git: Fabric's programs are
# built once from pinned modules into the user's cache.

SHELL := /bin/sh
GO    ?= go
NET   ?= test-network/.run
export GOFLAGS := -buildvcs=false

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
ERRCHECK    := github.com/kisielk/errcheck@v1.30.0

.DEFAULT_GOAL := help
.PHONY: help demo test quick soak up down reset status build check fmt unit e2e bench clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build ## set a real network up and play the story on it (KEEP=1 leaves it up)
	@scripts/demo.sh

test: ## check, unit tests, simulation, and the tests on a real network
	@scripts/test.sh

quick: ## most mistakes in under a minute: format, vet, quick tests, tables that must agree
	@GOGC=$${GOGC:-400} RAPID_SEED=$${RAPID_SEED:-1} RAPID_CHECKS=$${RAPID_CHECKS:-20} scripts/quick.sh

soak: build ## what is slow and rare, some two hours (STEPS="lives fuzz", LIVES, CHECKS, SEEDS, FUZZ)
	@scripts/soak.sh $(STEPS)

build: ## build tally, tallyd, tallycc, tallynet into bin/
	@mkdir -p bin
	@$(GO) build -trimpath -ldflags "-s -w -X main.commit=$$(git describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)" -o bin/ ./client/cmd/... ./chaincode/cmd/... ./network/cmd/... ./test-network/demo

up: build ## start the test network, or resume it
	@scripts/network.sh up

down: ## stop the test network; its ledger stays
	@scripts/network.sh down

reset: ## stop the test network and remove its ledger
	@scripts/network.sh reset

status: ## show the test network's processes
	@scripts/network.sh status

check: ## format, vet, lint, forbidden imports
	@scripts/check.sh $(STATICCHECK) $(ERRCHECK)

fmt: ## format the code
	@gofmt -w $$(git ls-files -co --exclude-standard '*.go')

# Tests make much that is soon forgotten: with more room for it they take a sixth less of the processor. make check vets.
unit: ## tests without a network; random ones with RAPID_SEED, so that a tree passes or fails whoever tries it
	@GOGC=$${GOGC:-400} RAPID_SEED=$${RAPID_SEED:-1} RAPID_CHECKS=$${RAPID_CHECKS:-50} $(GO) test -vet=off -timeout 30m ./...

e2e: build ## tests on a real network
	@scripts/e2e.sh

bench: build ## measure ours beside controls on one network (BENCH="--only h-64,o-attack")
	@scripts/bench.sh $(BENCH)

clean: ## remove what was built, and networks that were left
	@scripts/clean.sh
