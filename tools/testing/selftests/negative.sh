# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Negative runs: with one protection switched off, the test that guards it must fail, and for that
# reason. A script sources this file, calls begin_negative, must_fail for each, and end_negative.
#
# DNVME_BREAK_MODULES holds a directory break-<protection> with the modules that lack it;
# `make -C kernel modules DNVME_BREAK=<protection>` builds them.

NUMBER=0
FAILED=0

begin_negative() {
	echo "KTAP version 1"
	[ -n "${DNVME_BREAK_MODULES:-}" ] ||
		skip_all "DNVME_BREAK_MODULES names no directory of test-only modules"
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 4
}

# must_fail MODULE PROTECTION TEST CHECK [LINE]: a check with such a name must be among those that are
# not ok, and a line must begin so. To be skipped is no such failure, unless MAY_SKIP is set.
must_fail() {
	local ko="$DNVME_BREAK_MODULES/break-$2/$1.ko" output status name
	name=$(basename "$3")
	NUMBER=$((NUMBER + 1))
	if [ -e "$ko" ]; then
		output=$(DNVME_KO=$ko "$3" 2>&1)
	else
		output="there is no $ko: run tools/testing/steps/modules" && false
	fi
	status=$?
	if [ "$status" = 4 ] && [ -n "${MAY_SKIP:-}" ]; then
		skip_all "$name: $(sed -n 's/^1\.\.0 # SKIP //p' <<<"$output")"
	fi
	if [ "$status" = 1 ] && grep -q "^not ok [0-9]* .*$4" <<<"$output" && grep -q "^${5:-}" <<<"$output"; then
		echo "ok $NUMBER without $2, $name fails: $4"
	else
		echo "not ok $NUMBER without $2, $name must fail: $4"
		printf '# %s\n' "exit status $status" "${output//$'\n'/$'\n'# }"
		FAILED=$((FAILED + 1))
	fi
}

end_negative() {
	echo "1..$NUMBER"
	[ "$FAILED" = 0 ]
}
