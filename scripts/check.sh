#!/bin/sh
# check.sh STATICCHECK [ERRCHECK]: format, vet, lint, errors that nobody reads, long lines. The forbidden imports are tests:
# network/deps_test.go and test-network/layout_test.go.
set -eu
cd "$(dirname "$0")/.."
scripts/format.sh
echo "format ✓"
go vet -tags e2e ./... # no file is without the tag alone
echo "vet ✓"
go run "$1" -tags e2e ./...
echo "lint ✓"
if [ -n "${2:-}" ]; then
	go run "$2" -ignoretests -exclude scripts/errcheck.txt ./chaincode/... ./client/... ./network/...
	echo "errors ✓"
fi
go test ./network ./test-network -run 'Dependencies|Imports|Program'
echo "imports ✓"
go test ./test-network -run 'Lines|TooLong'
echo "lines ✓"
