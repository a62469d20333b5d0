#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Protection information passes a gate: the disk below checks it, and finds no error.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

# scsi_disk: sets DEV to the disk that scsi_debug has made.
scsi_disk() {
	local block
	block=$(echo /sys/bus/pseudo/drivers/scsi_debug/adapter0/host*/target*/*:*/block/*)
	DEV=/dev/${block##*/}
	[ -b "$DEV" ]
}

# profile DEV: how its data are protected.
profile() {
	cat "/sys/dev/block/$(major_minor "$1")/integrity/format"
}

# inject OPTIONS: what scsi_debug does to each command from now on.
inject() {
	echo 1 >/sys/bus/pseudo/drivers/scsi_debug/every_nth
	echo "$1" >/sys/bus/pseudo/drivers/scsi_debug/opts
}
WRONG_GUARD=0x20

written_and_read() {
	dd if="$TMP/data" of=/dev/mapper/g bs=64k oflag=direct conv=nocreat status=none &&
		cmp "$TMP/data" <(dd if=/dev/mapper/g bs=64k count=16 iflag=direct status=none)
}

begin
modprobe sd_mod || skip "the kernel has no SCSI disks"
modprobe scsi_debug dif=1 dix=1 dev_size_mb=16 || skip "the kernel has no scsi_debug"
trap 'cleanup; rmmod scsi_debug' EXIT
wait_for scsi_disk || skip "scsi_debug makes no disk"
[ "$(profile "$DEV")" != none ] || skip "the kernel protects no data"
gate g "$DEV"
same "the gate protects like its leg" "$(profile "$DEV")" "$(profile /dev/mapper/g)"

head -c 1048576 /dev/urandom >"$TMP/data"
check "data are written and read, and the disk finds no error" written_and_read
check "wrong protection information is on its way" inject "$WRONG_GUARD"
refused "the disk finds it" written_and_read
check "no more" inject 0

msg g hold
written_and_read >"$TMP/held" 2>&1 &
WRITER=$!
check "some of it is held" wait_for at_least held g 1
check "release" msg g release
check "it is written and read all the same" wait "$WRITER"
check "the gate is removed" dmsetup remove --retry g
check "the disk is removed" wait_for rmmod scsi_debug
finish
