#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An ioctl passes a live gate with one leg, and nothing else.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

# ioctl NAME: the error of an ioctl that only the device below can answer.
ioctl() {
	python3 -c '
import errno, fcntl, os, sys
SG_GET_VERSION = 0x2282
try:
    fcntl.ioctl(os.open(sys.argv[1], os.O_RDWR), SG_GET_VERSION, bytearray(4))
    print("ok")
except OSError as error:
    print(errno.errorcode[error.errno])' "/dev/mapper/$1"
}

begin
leg 0 64
leg 1 64
gate g /dev/nullb0
create s "$(stripe_table 8 1024 /dev/nullb0 /dev/nullb1)"
same "a live gate asks its leg, which knows no such ioctl" ENOTTY "$(ioctl g)"
same "a stripe has no one leg to ask" EINVAL "$(ioctl s)"
msg g hold
same "a held gate lets none by" EAGAIN "$(ioctl g)"
msg g fence 2 >/dev/null
same "a fenced gate lets none by" EAGAIN "$(ioctl g)"
msg g open 3
same "an open gate does" ENOTTY "$(ioctl g)"
finish
