#!/bin/sh
# soak.sh [STEP...]: what is slow and rare, at length; all steps, or those named. LIVES, CHECKS, SEEDS and FUZZ say how long.
set -eu
cd "$(dirname "$0")/.."
lives=${LIVES:-200} checks=${CHECKS:-2000} seeds=${SEEDS:-2000} fuzz=${FUZZ:-60s}
steps="adversary models lives pairs imports race fuzz description typescript networks"

# describe STEP: what it runs, and about how many minutes it takes on two cores.
describe() {
	case $1 in
	adversary) echo "15 min  attacks on the ledger by its own members, and $lives lives of extremes of all numbers at both doors" ;;
	models) echo "20 min  $checks random cases of each second model" ;;
	lives) echo " 6 min  $seeds simulated lives, and 100 of a gateway's" ;;
	pairs) echo " 3 min  every pair of refusals of every command, in order" ;;
	imports) echo " 4 min  a file of 200 MB, half a year of real purchases in three forms, the largest workbook" ;;
	race) echo "15 min  the race detector over gateway, index, importer, node and network" ;;
	fuzz) echo "15 min  every fuzz target for $fuzz" ;;
	description) echo " 1 min  what other people's programs say of the API's description: spectral (needs npm), oasdiff against the last commit; and npm's standardwebhooks of webhooks" ;;
	typescript) echo " 1 min  a day at a till by a client in TypeScript that is generated from the API's description (needs npm)" ;;
	networks) echo "30 min  all tests on real networks: real purchases, a close with every process killed, every arm of the benchmark" ;;
	*) echo "soak.sh: no step $1; there are: $steps" >&2 && return 1 ;;
	esac
}

run() {
	case $1 in
	adversary) go test ./chaincode/internal/adversary -count=1 -timeout 120m -lives "$lives" ;;
	models) RAPID_CHECKS=$checks go test ./chaincode/internal/contract -run Model -count=1 -timeout 120m ;;
	lives)
		go test ./chaincode/internal/contract -run 'TestSimulation$' -count=1 -timeout 120m -seeds "$seeds"
		go test ./client/gateway -run 'TestExactlyOnce$' -count=1 -timeout 60m -seeds 100
		;;
	pairs) go test ./chaincode/internal/contract -run TestRefusalsCome -count=1 -timeout 60m -pairs ;;
	imports)
		TALLY_SOAK=1 go test ./client/importer ./client/bounds/workbook -count=1 -timeout 30m -v \
			-run 'Long|HalfYear|StopsAtOnce|Memory'
		;;
	race) scripts/race.sh -skip 'TestALongFile|TestOnPostgres' ./client/gateway ./client/index ./client/importer ./client/node ./network/... ;;
	fuzz) scripts/fuzz.sh "$fuzz" ;;
	description)
		scripts/description.sh
		TALLY_SOAK=1 go test ./client/webhook -count=1 -timeout 10m -run AnotherReceiver
		;;
	typescript) TALLY_SOAK=1 go test ./test-network/till -count=1 -v ;;
	networks) TALLY_SOAK=1 scripts/e2e.sh ;;
	esac
}

for step in ${*:-$steps}; do
	what=$(describe "$step")
	printf '%-9s %s\n' "$step" "$what"
done
for step in ${*:-$steps}; do
	printf '\n\033[1m== %s, %s\033[0m\n' "$step" "$(describe "$step")"
	began=$(date +%s)
	run "$step"
	printf '%s held, in %d s\n' "$step" $(($(date +%s) - began))
done
