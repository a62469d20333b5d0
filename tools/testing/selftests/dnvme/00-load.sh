#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The module loads, refuses to go while a table uses it, and goes afterwards.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

load_and_unload() {
	local i
	for ((i = 0; i < 20; i++)); do
		rmmod dm-dnvme || return 1
		load_module || return 1
	done
}

# version: that of the header, as a pattern.
version() {
	sed -n 's/^#define DNVME_VERSION_[A-Z]*\t*//p' "$SELF/../../../../include/uapi/linux/dm-dnvme.h" |
		paste -sd . | sed 's/\./\\./g'
}

begin
like "the target says its version" "dnvme +v$(version) " "$(dmsetup targets | tr '\n' ' ')"
check "20 cycles of unload and load" load_and_unload

check "a gate is made" create held "0 2048 dnvme 1 8 0 0"
refused "the module stays while a table uses it" rmmod dm-dnvme
check "an inactive table is loaded" dmsetup reload held --table "0 2048 dnvme 2 8 0 0"
check "the gate is removed" dmsetup remove held
finish
