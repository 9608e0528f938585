#!/bin/sh
# Measure ours beside controls on one network; the table goes to
# test-network/bench/RESULTS.md.
set -eu
cd "$(dirname "$0")/.."
go build -o bin/ ./test-network/bench/...
exec bin/bench "$@"
