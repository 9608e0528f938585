#!/bin/sh
# fuzz.sh HOW-LONG: every fuzz target that `go test -list` names, two at a time, each for a time (60s) or so many inputs (1000x).
set -eu
cd "$(dirname "$0")/.."
if [ $# = 1 ]; then
	list=$(go test -list '^Fuzz' ./...)
	targets=$(echo "$list" | awk '/^Fuzz/ { names[++n] = $1; next } $1 == "ok" { for (i = 1; i <= n; i++) print $2, names[i] } { n = 0 }')
	[ -n "$targets" ] || { echo "there is no fuzz target" >&2; exit 1; }
	echo "$targets" | xargs -P 2 -n 2 scripts/fuzz.sh "$1"
	exit
fi
# fuzz.sh HOW-LONG PACKAGE TARGET: one of them. That its time is over is no failure: https://go.dev/issue/48591
if out=$(go test "$2" -run '^$' -fuzz "^$3\$" -fuzztime "$1" -fuzzminimizetime 10x -parallel 1 -timeout 60m 2>&1); then
	printf '%s %s: %s\n' "$2" "$3" "$(echo "$out" | grep -o 'execs: [0-9]*' | tail -1)"
elif echo "$out" | grep -q 'context deadline exceeded' && ! echo "$out" | grep -q 'Failing input'; then
	printf '%s %s: time is over\n' "$2" "$3"
else
	printf '%s %s:\n%s\n' "$2" "$3" "$out" >&2
	exit 255 # xargs starts no more
fi
