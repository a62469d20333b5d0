#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A NOWAIT bio is never held: it would block, and says so.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

# nowait read|write: prints ok, or the name of the error.
nowait() {
	python3 -c '
import errno, mmap, os, sys
fd = os.open("/dev/mapper/g", os.O_RDWR | os.O_DIRECT)
call = {"read": os.preadv, "write": os.pwritev}[sys.argv[1]]
try:
    print("ok" if call(fd, [mmap.mmap(-1, 4096)], 0, os.RWF_NOWAIT) == 4096 else "short")
except OSError as error:
    print(errno.errorcode[error.errno])' "$1"
}

begin
leg 0 64
gate g /dev/nullb0
same "a live gate reads" ok "$(nowait read)"
same "a live gate writes" ok "$(nowait write)"
msg g hold
same "a held gate would block a read" EAGAIN "$(nowait read)"
same "a held gate would block a write" EAGAIN "$(nowait write)"
same "and holds neither" 0 "$(held g)"
msg g fence 2 >/dev/null
same "a fenced gate would block a read" EAGAIN "$(nowait read)"
same "a fenced gate would block a write" EAGAIN "$(nowait write)"
same "no error is counted for the leg" "F 0 0 0" "$(status g 7-10)"
msg g open 3
same "an open gate reads" ok "$(nowait read)"
finish
