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

# build_modules KDIR [PROTECTION]: the modules for a kernel, without one protection if it is named. The
# compiler's warnings are errors already; modpost's are not.
build_modules() {
	local output status
	output=$(make -C kernel modules KDIR="$1" KCFLAGS=-Werror DNVME_BREAK="${2:-}" 2>&1)
	status=$?
	echo "$output"
	[ "$status" -eq 0 ] && ! grep -v '^make' <<<"$output" | grep -qi 'warning:'
}

# The last line of a step, and its status.
finish() {
	echo "$passed passed, $failed failed, 0 skipped"
	[ "$failed" -eq 0 ]
	exit
}
