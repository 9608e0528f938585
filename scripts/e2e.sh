#!/bin/sh
# The tests on real peers and orderers. One package at a time: they share ports
# and two cores.
set -eu
cd "$(dirname "$0")/.."
bin/tallynet tools
exec go test -tags e2e -count=1 -p 1 -timeout 60m -v ./network ./test-network/... "$@"
