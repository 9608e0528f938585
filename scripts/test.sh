#!/bin/sh
# Everything that must hold: check, unit tests and simulation, real networks.
set -eu
cd "$(dirname "$0")/.."
step() { printf '\n\033[1m== %s\033[0m\n' "$1"; }
step "build" && make --no-print-directory build
step "check" && make --no-print-directory check
step "unit tests and simulation" && make --no-print-directory unit
step "800 simulated lives" && go test ./chaincode/internal/contract -run 'TestSimulation$' -count=1 -timeout 30m -seeds 800
step "real networks" && scripts/e2e.sh
step "all passed"
