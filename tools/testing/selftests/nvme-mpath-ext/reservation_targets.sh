# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the selftests of activation by reservation share, on top of heads.sh: one logical unit of LIO
# behind the iSCSI portals a, b and c of one target, each for an initiator port of that name. So the
# target sees three I_T nexuses, and this machine three SCSI disks: two for a head, one for a stranger.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/heads.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/heads.sh"

TARGET=/sys/kernel/config/target
UNIT=$TARGET/core/iblock_0/unit
IQN=iqn.2026-01.example:unit
declare -A NUMBER=([a]=1 [b]=2 [c]=3)
SERIAL=6f1b0c52-8a3e-4b0f-9d0a-3c1f5f7a0001
# shellcheck disable=SC2034 # for who takes this file in
# What LIO makes of it: its NAA prefix, and the first 25 digits.
NAA=60014056-f1b0-c528-a3e4-b0f9d0a3c1f5
# Writes take their time in the disk, so that some are on their way whenever a path is lost.
WRITE_MS=20
ISCSID=

# need_scsi: ends the test where it cannot run.
need_scsi() {
	local module
	[ -x /usr/sbin/iscsid ] || skip "open-iscsi is not installed"
	for module in iscsi_target_mod target_core_iblock iscsi_tcp sd_mod dm-delay; do
		modprobe "$module" || skip "the kernel has no $module"
	done
}

group() { echo "$TARGET/iscsi/$IQN/tpgt_${NUMBER[$1]}"; }
portal() { echo "127.0.0.1:326${NUMBER[$1]}"; }
initiator() { echo "iqn.2026-01.example:$1"; }

# ---- the target --------------------------------------------------------------

make_unit() {
	leg 0 "$SIZE_MIB" &&
		create slow "0 $((SIZE_MIB * 2048)) delay /dev/nullb0 0 0 /dev/nullb0 0 $WRITE_MS" || return 1
	# Where it keeps reservations over a power loss, which the block layer always asks for.
	mkdir -p "$UNIT" "$(cat "$TARGET/dbroot")/pr" || return 1
	echo udev_path=/dev/mapper/slow >"$UNIT/control"
	echo "$SERIAL" >"$UNIT/wwn/vpd_unit_serial"
	echo 1 >"$UNIT/enable"
}

make_group() {
	local group entry
	group=$(group "$1")
	entry=$group/acls/$(initiator "$1")
	mkdir -p "$group/np/$(portal "$1")" "$group/lun/lun_0" &&
		ln -s "$UNIT" "$group/lun/lun_0/unit" && mkdir -p "$entry/lun_0" &&
		ln -s "$group/lun/lun_0" "$entry/lun_0/unit" || return 1
	echo 0 >"$group/attrib/authentication"
	open_group "$1"
}

open_group() { echo 1 >"$(group "$1")/enable"; }
# The connection is cut, and no new one gets in.
cut_group() { echo 0 >"$(group "$1")/enable"; }

remove_group() {
	local group entry
	group=$(group "$1")
	entry=$group/acls/$(initiator "$1")
	cut_group "$1"
	rm "$entry/lun_0/unit"
	rmdir "$entry/lun_0" "$entry"
	rm "$group/lun/lun_0/unit"
	rmdir "$group/lun/lun_0" "$group/np/$(portal "$1")" "$group"
}

# holder [FILE]: who has the reservation, as the target tells: a, b, c or none.
holder() {
	local text
	text=$(cat "$UNIT/pr/res_holder")
	text=${text#*"$(initiator "")"}
	[[ $text = [abc],i,* ]] && echo "${text%%,*}" || echo none
}

holds() { [ "$(holder)" = "$1" ]; }

# registered: who has which key, as the target tells.
registered() {
	sed -nE 's/.*:([abc]),i,.* Key: 0x0*([0-9a-f]+) .*/\1=\2/p' "$UNIT/pr/res_pr_registered_i_pts" |
		sort | paste -sd ' '
}

# ---- the initiator -----------------------------------------------------------

# A lost connection fails I/O at once, and is tried again for ever. Silence says nothing here: an
# emulated guest may be silent for long.
start_iscsid() {
	local side
	sed -E -e '/^iscsid.startup/d' -e 's/^(.*replacement_timeout) .*/\1 = 0/' \
		-e 's/^(.*(noop_out_interval|noop_out_timeout)) .*/\1 = 0/' \
		/etc/iscsi/iscsid.conf >"$TMP/iscsid.conf"
	mkdir -p /etc/iscsi/ifaces
	for side in "${!NUMBER[@]}"; do
		printf '%s\n' "iface.iscsi_ifacename = $side" "iface.transport_name = tcp" \
			"iface.initiatorname = $(initiator "$side")" >"/etc/iscsi/ifaces/$side"
	done
	# At its end it kills its whole group.
	setsid iscsid -f -c "$TMP/iscsid.conf" >"$TMP/iscsid" 2>&1 &
	ISCSID=$!
	wait_for iscsid_listens
}

# What it says of no session, rather than of no daemon.
iscsid_listens() { [[ $(iscsiadm -m session 2>&1) == *"No active sessions"* ]]; }

node() { iscsiadm -m node -T "$IQN" -p "$(portal "$1"),${NUMBER[$1]}" -I "$1" "${@:2}"; }
log_in() { node "$1" --login && wait_for has_disk "$1"; }
log_out() { node "$1" --logout; }

# disk_of SIDE: the SCSI disk of that session.
disk_of() {
	local session
	session=$(grep -lx "$(initiator "$1")" /sys/class/iscsi_session/*/initiatorname) || return 1
	echo "/dev/$(basename "${session%/*}"/device/target*/*/block/*)"
}

has_disk() { [ -b "$(disk_of "$1")" ]; }

end_iscsid() {
	local side
	for side in "${!NUMBER[@]}"; do
		log_out "$side"
		node "$side" -o delete
	done
	kill "$ISCSID"
	wait "$ISCSID"
	rm -rf /etc/iscsi/ifaces
	ISCSID=
}

# ---- both --------------------------------------------------------------------

# scsi_disks SIDE...
scsi_disks() {
	local side
	ip link set lo up
	make_unit && mkdir "$TARGET/iscsi" || return 1
	for side; do make_group "$side" || return 1; done
	start_iscsid || return 1
	for side; do node "$side" -o new && log_in "$side" || return 1; done
}

remove_targets() {
	local side
	[ -z "$ISCSID" ] || end_iscsid
	for side in "${!NUMBER[@]}"; do
		[ ! -d "$(group "$side")" ] || remove_group "$side"
	done
	rmdir "$TARGET/iscsi/$IQN" "$TARGET/iscsi" "$UNIT" "${UNIT%/*}"
} >/dev/null 2>&1

# pr SIDE VERB...: a call of the kernel's for persistent reservations, through one of the disks.
pr() {
	"$SELF/reservation.py" "$(disk_of "$1")" "${@:2}"
}

# write_error DEVICE BLOCK LETTER: the words of the error, or ok.
write_error() {
	local message
	if message=$(write_block "$@" 2>&1); then
		echo ok
	else
		message=${message%%$'\n'*}
		echo "${message##*: }"
	fi
}

# ---- what reaches the target -------------------------------------------------

# watch_target: records each command that arrives, and each answer.
watch_target() {
	echo 0 >"$TRACING/tracing_on"
	echo >"$TRACING/trace"
	echo 1 >"$TRACING/events/target/enable"
	echo 1 >"$TRACING/tracing_on"
}

# seen_by_target: one line "SIDE asks COMMAND" or "SIDE gets COMMAND STATUS" for each, in order. A
# command is two bytes: the opcode and, of a reservation, its service action.
seen_by_target() {
	echo 0 >"$TRACING/tracing_on"
	echo 0 >"$TRACING/events/target/enable"
	sed -nE -e 's/.*:([abc]) -> .* CDB (.. ..).*/\1 asks \2/p' \
		-e 's/.*:([abc]) <- .* status (.*) \(sense.* CDB (.. ..).*/\1 gets \3 \2/p' "$TRACING/trace"
}
