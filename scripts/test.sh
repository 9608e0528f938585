#!/bin/sh
# Everything that must hold: check, unit tests and simulation, real networks. What takes longer than it is worth each time is soak.sh.
set -eu
cd "$(dirname "$0")/.."
step() { printf '\n\033[1m== %s\033[0m\n' "$1"; }
step "build" && make --no-print-directory build
step "check" && make --no-print-directory check
step "unit tests and simulation" && make --no-print-directory unit # fuzz targets too: chaincode/fuzzed
step "race detector" && scripts/race.sh ./network ./network/cmd/... ./network/identity ./network/lifecycle ./network/process \
	./network/toolchain/... # the others start no goroutine; soak.sh has them all
scripts/race.sh ./client/gateway -seeds 5
step "real networks" && scripts/e2e.sh
step "all passed"
