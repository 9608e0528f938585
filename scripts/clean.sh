#!/bin/sh
# Stop and remove every network of this tree, and what was built. Fabric's
# programs in the user's cache stay.
set -eu
cd "$(dirname "$0")/.."
for dir in test-network/.run test-network/.demo; do
	[ -d "$dir" ] && [ -x bin/tallynet ] && bin/tallynet reset --yes --dir "$dir"
done
rm -rf bin
