#!/bin/sh
# network.sh up|down|reset|status [tallynet's flags]: the test network.
set -eu
cd "$(dirname "$0")/.."
exec bin/tallynet "$@"
