#!/bin/sh
# check.sh STATICCHECK: format, vet, lint. The forbidden imports are tests:
# network/deps_test.go and test-network/layout_test.go.
set -eu
cd "$(dirname "$0")/.."
scripts/format.sh
echo "format ✓"
go vet ./... && go vet -tags e2e ./...
echo "vet ✓"
go run "$1" -tags e2e ./...
echo "lint ✓"
go test ./network ./test-network -run 'Dependencies|Imports|Program'
echo "imports ✓"
