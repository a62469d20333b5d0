#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# With one protection switched off, the test that guards it must fail, and for
# that reason: the check named here is among those that are not ok.
#
# DNVME_BREAK_MODULES holds a directory break-<protection> with such a module
# for each; `make -C kernel modules DNVME_BREAK=<protection>` builds it.

SELF=$(dirname "$(readlink -f "$0")")
NUMBER=0
FAILED=0

# must_fail PROTECTION TEST CHECK
must_fail() {
	local ko="$DNVME_BREAK_MODULES/break-$1/dm-dnvme.ko" output status
	NUMBER=$((NUMBER + 1))
	if [ -e "$ko" ]; then
		output=$(DNVME_KO=$ko DNVME_PATIENCE=10 DNVME_ROUNDS=30 DNVME_SEED=1 \
			DNVME_PHASES=30 "$SELF/$2" 2>&1)
	else
		output="there is no $ko: run tools/testing/steps/modules" && false
	fi
	status=$?
	if [ "$status" = 1 ] && grep -q "^not ok [0-9]* .*$3" <<<"$output"; then
		echo "ok $NUMBER without $1, $2 fails: $3"
	else
		echo "not ok $NUMBER without $1, $2 must fail: $3"
		printf '# %s\n' "exit status $status" "${output//$'\n'/$'\n'# }"
		FAILED=$((FAILED + 1))
	fi
}

echo "KTAP version 1"
if [ -z "${DNVME_BREAK_MODULES:-}" ]; then
	echo "1..0 # SKIP DNVME_BREAK_MODULES names no directory of test-only modules"
	exit 4
fi
must_fail admission 08-fence.sh "nothing late"
must_fail admission 33-stress.sh "every block holds what it may"
must_fail drain 09-fence-hang.sh "fence answers undrained"
must_fail drain 33-stress.sh "every block holds what it may"
must_fail order 07-hold.sh "the writes were issued in order of arrival"
must_fail lease 24-lease.sh "the leg expires, though it works itself"
must_fail order 10-standby.sh "the writes were issued in order of arrival"
echo "1..$NUMBER"
[ "$FAILED" = 0 ]
