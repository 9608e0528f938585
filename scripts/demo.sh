#!/bin/sh
# Play the story on a real network. KEEP=1 leaves the network up.
set -eu
cd "$(dirname "$0")/.."
exec bin/demo ${KEEP:+--keep} "$@"
