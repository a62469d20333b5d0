#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Persistent reservations reach the leg of a gate.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

TARGET=/sys/kernel/config/target
DISK=$TARGET/core/rd_mcp_0/disk
FABRIC=$TARGET/loopback/naa.5001405000000001
GROUP=$FABRIC/tpgt_1

# scsi_disk: prints the name of a SCSI disk in memory that knows reservations.
scsi_disk() {
	mkdir -p "$DISK" && echo rd_pages=2048 >"$DISK/control" && echo 1 >"$DISK/enable" || return 1
	# Where it keeps reservations over a power loss, which the block layer always asks for.
	mkdir -p "$(cat "$TARGET/dbroot")/pr" || return 1
	mkdir -p "$GROUP" && echo naa.5001405000000002 >"$GROUP/nexus" || return 1
	mkdir -p "$GROUP/lun/lun_0" && ln -s "$DISK" "$GROUP/lun/lun_0/disk" || return 1
	wait_for has_disk
}

has_disk() {
	local address
	address=$(cat "$GROUP/address")
	DEV=$(echo "/sys/bus/scsi/devices/$address:0/block/"*)
	DEV=/dev/${DEV##*/}
	[ -b "$DEV" ]
}

remove_disk() {
	rm -f "$GROUP/lun/lun_0/disk"
	rmdir "$GROUP/lun/lun_0" "$GROUP" "$FABRIC" "$TARGET/loopback" "$DISK" "${DISK%/*}"
} 2>/dev/null

pr() {
	"$SELF/reservation.py" "/dev/mapper/$1" "${@:2}"
}

# holder: what the disk itself says.
holder() {
	cat "$DISK/pr/res_holder" "$DISK/pr/res_pr_type"
}

begin
for module in target_core_mod tcm_loop sd_mod; do
	modprobe "$module" || skip "the kernel has no $module"
done
trap 'cleanup; remove_disk' EXIT
check "a SCSI disk" scsi_disk
gate g "$DEV"

same "a key is registered" ok "$(pr g register 0 7)"
same "a reservation is made" ok "$(pr g reserve 7 1)"
like "the disk has it" "Write Exclusive Access" "$(holder)"
like "with another key it cannot be released" "^(status|EBADE)" "$(pr g release 8 1)"
same "it is released" ok "$(pr g release 7 1)"
like "the disk has none" "No SPC-3 Reservation holder" "$(holder)"
same "the registrations are cleared" ok "$(pr g clear 7)"
check "the gate is removed" dmsetup remove --retry g
check "the disk is removed" remove_disk
finish
