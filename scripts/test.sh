#!/bin/sh
# Everything that must hold: check, unit tests and simulation, real networks. What takes longer than it is worth each time is soak.sh.
set -eu
cd "$(dirname "$0")/.."
step() { printf '\n\033[1m== %s\033[0m\n' "$1"; }
step "build" && make --no-print-directory build
step "check" && make --no-print-directory check
step "unit tests and simulation" && make --no-print-directory unit
step "race detector" && scripts/race.sh ./network ./network/cmd/... ./network/identity ./network/lifecycle ./network/process \
	./network/toolchain/... # the others start no goroutine; soak.sh has them all
scripts/race.sh ./client/gateway -seeds 5
step "fuzzing, for seconds" # what strangers write; soak.sh has all targets, for long
for target in "1000x ./client/api FuzzRequest" "5000x ./client/iso20022 FuzzAdvices" "5000x ./client/block FuzzParse" \
	"5000x ./chaincode/codec FuzzDecodeJSON"; do
	scripts/fuzz.sh $target
done
step "real networks" && scripts/e2e.sh
step "all passed"
