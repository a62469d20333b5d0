#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A NOWAIT bio is never held: it would block, and says so.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

begin
leg 0 64
gate g /dev/nullb0
same "a live gate reads" ok "$(nowait g read)"
same "a live gate writes" ok "$(nowait g write)"
msg g hold
same "a held gate would block a read" EAGAIN "$(nowait g read)"
same "a held gate would block a write" EAGAIN "$(nowait g write)"
same "and holds neither" 0 "$(held g)"
msg g fence 2 >/dev/null
same "a fenced gate would block a read" EAGAIN "$(nowait g read)"
same "a fenced gate would block a write" EAGAIN "$(nowait g write)"
same "no error is counted for the leg" "F 0 0 0" "$(status g 7-10)"
msg g open 3
same "an open gate reads" ok "$(nowait g read)"
finish
