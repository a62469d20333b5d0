#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# With the wait for the acknowledgement switched off, the test that guards it must fail.

HERE=$(dirname "$(readlink -f "$0")")
# shellcheck source=tools/testing/selftests/negative.sh
. "$HERE/../negative.sh"

export DNVME_FAILOVERS=12 DNVME_SEED=1

begin_negative
must_fail nvme-mpath-ext activation "$HERE/34-order.sh" "no write comes before the acknowledgement" \
	"# early: a write came before"
end_negative
