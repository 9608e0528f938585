#!/bin/sh
# e2e.sh [shared|apart]: the tests on real peers and orderers. Without a word two rows of them run at once, as each mostly waits for blocks:
# the tests that share a network, one after the other, and those that make their own, on other ports.
set -eu
cd "$(dirname "$0")/.."
apart='^(TestAssumptions|TestAuthority|TestEveryVerbAskedAgain|TestForgedRows|TestNodesOfANetwork|TestTheStoryWithoutNodes)$'
run() { go test -tags e2e -count=1 -timeout 60m -v "$@"; }
case ${1:-} in
shared) run ./test-network/e2e -skip "$apart" ;;
apart)
	TALLY_APART=1 run ./test-network/e2e -run "$apart" && own=0 || own=$?
	run -p 1 ./network ./test-network/bench
	exit $own
	;;
told) # a row, told when it is over
	said=$(scripts/e2e.sh "$2" 2>&1) && row=0 || row=$?
	printf '%s\n' "$said"
	exit $row
	;;
*)
	bin/tallynet tools
	printf 'shared\ntold apart\n' | xargs -P 2 -L 1 scripts/e2e.sh
	;;
esac
