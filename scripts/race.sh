#!/bin/sh
# race.sh [FLAG...] PACKAGE...: their tests under Go's race detector, which needs a C compiler.
set -eu
cd "$(dirname "$0")/.."
cc=$(go env CC)
if ! command -v "${cc%% *}" >/dev/null; then
	echo "skipped: the race detector needs a C compiler, and there is no $cc"
	exit 0
fi
CGO_ENABLED=1 exec go test -race -timeout 60m "$@"
