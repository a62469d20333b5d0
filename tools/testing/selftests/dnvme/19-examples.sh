#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The examples of Documentation/admin-guide/dm-dnvme.rst, run one after the other.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

DOCUMENT=$(readlink -f "$SELF/../../../..")/Documentation/admin-guide/dm-dnvme.rst

# examples: the indented lines of the section.
examples() {
	sed -n '/^Examples$/,/^Errors$/s/^    //p' "$DOCUMENT"
}

begin
for i in 0 1 2 3; do leg "$i" 64; done
DEVICES+=(gate0 front standby)
while read -r line; do
	check "$line" bash -c "$line"
done < <(examples)
same "the gate was opened" "3 L" "$(status gate0 1-2)"
same "the stripe is live" "1 L - 0 0 2" "$(status front 1-6)"
same "the standby became a front" "2 L - 0 0 2" "$(status standby 1-6)"
check "with the other leg" grep -q "$(major_minor /dev/nullb3)" <<<"$(dmsetup table standby)"
finish
