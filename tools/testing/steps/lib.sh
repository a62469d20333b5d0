# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For steps that count their own tests.

root=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../../..")
cd "$root" || exit 1
passed=0
failed=0

# Runs a command as a test with a name.
try() {
	local name=$1
	shift
	if "$@"; then
		passed=$((passed + 1)) && echo "ok $name"
	else
		failed=$((failed + 1)) && echo "not ok $name"
	fi
}

# The last line of a step, and its status.
finish() {
	echo "$passed passed, $failed failed, 0 skipped"
	[ "$failed" -eq 0 ]
	exit
}
