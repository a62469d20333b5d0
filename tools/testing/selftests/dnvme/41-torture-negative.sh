#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Without the drain of a fence, dnvme-torture finds the late writes.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
# shellcheck source=tools/testing/selftests/negative.sh
. "$SELF/../negative.sh"

export DNVME_PATIENCE=30 MAY_SKIP=1

begin_negative
must_fail dm-dnvme drain "$SELF/40-torture.sh" "with a fence, every block is right" "# lost\|# resurrected\|# stale"
end_negative
