#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# With the wait for the acknowledgement switched off, the test of the order of reservation and writes
# must fail.

HERE=$(dirname "$(readlink -f "$0")")
# shellcheck source=tools/testing/selftests/negative.sh
. "$HERE/../negative.sh"

# Without iSCSI.
# shellcheck disable=SC2034 # for negative.sh
MAY_SKIP=yes

begin_negative
must_fail nvme-mpath-ext activation "$HERE/41-reservation-order.sh" \
	"no write comes before the reservation" "# but got: *early: "
end_negative
