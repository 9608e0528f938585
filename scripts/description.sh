#!/bin/sh
# description.sh [REVISION]: client/api/openapi.json as spectral's rules for OpenAPI want it, and without a change since the revision (the last
# commit) that breaks who asks today, as oasdiff finds them.
set -eu
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
printf 'extends: ["spectral:oas"]\nrules: {info-contact: off}\n' >"$dir/.spectral.yaml"
npx --yes --package @stoplight/spectral-cli@6.16.3 spectral lint --ruleset "$dir/.spectral.yaml" --fail-severity warn client/api/openapi.json
git show "${1:-HEAD}:client/api/openapi.json" >"$dir/before.json"
go run github.com/oasdiff/oasdiff@v1.37.0 breaking --fail-on ERR "$dir/before.json" client/api/openapi.json
