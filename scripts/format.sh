#!/bin/sh
# Fails, and lists the files, if code isn't formatted.
set -eu
cd "$(dirname "$0")/.."
unformatted=$(gofmt -l $(git ls-files -co --exclude-standard '*.go' | while read -r f; do [ -f "$f" ] && echo "$f"; done))
[ -z "$unformatted" ] || { printf 'not formatted; run make fmt:\n%s\n' "$unformatted" >&2; exit 1; }
