#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# With one protection of the target switched off, the test that guards it must fail.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
# shellcheck source=tools/testing/selftests/negative.sh
. "$SELF/../negative.sh"

export DNVME_PATIENCE=10 DNVME_ROUNDS=30 DNVME_SEED=1 DNVME_PHASES=30

# without PROTECTION TEST CHECK
without() {
	must_fail dm-dnvme "$1" "$SELF/$2" "$3"
}

begin_negative
without admission 08-fence.sh "nothing late"
without admission 33-stress.sh "every block holds what it may"
without drain 09-fence-hang.sh "fence answers undrained"
without drain 33-stress.sh "every block holds what it may"
without order 07-hold.sh "the writes were issued in order of arrival"
without lease 24-lease.sh "the leg expires, though it works itself"
! suspend_keeps_order || without order 10-standby.sh "the writes were issued in order of arrival"
end_negative
