#!/bin/sh
# Names most mistakes in under a minute, once all is compiled: format, vet, the tests of packages that take seconds, and of the others those that
# hold tables together: every kind has a verb, a word, a role, an intent; refusals, flags, keys and layouts are as documented.
set -eu
cd "$(dirname "$0")/.."
slow='chaincode/internal/contract|chaincode/internal/adversary|chaincode/ledgersim|client/index|client/gateway|client/importer|client/statement|client/payments|client/bounds/workbook|client/cmd/tally|network/process|test-network/bank'
scripts/format.sh
go vet ./...
go test -vet=off -short $(go list ./... | grep -vE "/($slow)\$")
go test -vet=off $(go list ./... | grep -E "/($slow)\$") -short -skip 'Hostile|Intent' \
	-run '^Test(Every|Kinds|SingleCommands|RefusalsCome|RefusalsList|Flags|Required|ExamplesAre|Keys|Layouts|OrderIsThat)'
