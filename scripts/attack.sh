#!/bin/sh
# The ledger against its own members, at length: extremes of all numbers by everybody at both doors, second models
# and long lives at random, fuzz of every parser, and attacks on real networks. LIVES, CHECKS, SEEDS and FUZZ say how long.
#
#	LIVES=200 CHECKS=2000 SEEDS=2000 FUZZ=60s scripts/attack.sh
set -eu
cd "$(dirname "$0")/.."
step() { printf '\n\033[1m== %s\033[0m\n' "$1"; }
lives=${LIVES:-200} checks=${CHECKS:-2000} seeds=${SEEDS:-2000} fuzz=${FUZZ:-60s}
step "attacks, and $lives lives of extremes" && go test ./chaincode/internal/adversary -count=1 -timeout 60m -lives "$lives"
step "$checks cases of each second model" &&
	RAPID_CHECKS=$checks go test ./chaincode/internal/contract -run 'Model' -count=1 -timeout 120m
step "$seeds simulated lives" && go test ./chaincode/internal/contract -run 'TestSimulation$' -count=1 -timeout 120m -seeds "$seeds"
git ls-files '*_test.go' | xargs grep -Ho '^func Fuzz[A-Za-z0-9_]*' | sort | while IFS=: read -r file target; do
	step "${target#func } for $fuzz"
	go test "./$(dirname "$file")" -run '^$' -fuzz "^${target#func }\$" -fuzztime "$fuzz"
done
step "real networks" && bin/tallynet tools && go test -tags e2e -count=1 -p 1 -timeout 60m -v ./test-network/e2e -run 'Attack|Forge|Forgery|Flood|Impostor|Lying|Killed|Oversize|Storm'
step "all held"
