# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the selftests of the host side share, on top of the functions of dm-dnvme's: heads over
# device-mapper devices that can be broken, all of which lie on the same /dev/nullb0.

MODULE=nvme-mpath-ext
HEAD_KO=${DNVME_KO:-}
unset DNVME_KO
# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../dnvme/lib.sh"

# shellcheck disable=SC2034 # for who takes this file in
HERE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
HEADS=/sys/kernel/config/nvme_mpath_ext
UUID=6f1b0c52-8a3e-4b0f-9d0a-3c1f5f7a0001
SIZE_MIB=64
DISK=
PIDS=()

load_module() {
	modprobe nvme-core multipath=N && modprobe dm-mod || return 1
	if [ -n "$HEAD_KO" ]; then
		insmod "$HEAD_KO"
	else
		modprobe nvme-mpath-ext
	fi
}

# make_head NAME [ATTRIBUTE=VALUE]...: with the identity of all paths here.
make_head() {
	mkdir "$HEADS/$1" && put "$1" uuid="$UUID" "${@:2}"
}

# put HEAD[/paths/PATH] ATTRIBUTE=VALUE...
put() {
	local setting
	for setting in "${@:2}"; do
		echo "${setting#*=}" >"$HEADS/$1/${setting%%=*}" || return 1
	done
}

# get HEAD[/paths/PATH] ATTRIBUTE
get() {
	cat "$HEADS/$1/$2"
}

# add_path HEAD NAME DEVICE [ATTRIBUTE=VALUE]...
add_path() {
	mkdir "$HEADS/$1/paths/$2" &&
		put "$1/paths/$2" device="$3" uuid="$UUID" "${@:4}" enable=1
}

path_state() { get "$1" state; }

# start_head NAME: enables it; its device is $DISK, which serves I/O.
start_head() {
	put "$1" enable=1 || return 1
	DISK=/dev/$(get "$1" disk)
	wait_for test -b "$DISK" && wait_for is_up "$1"
}

# of HEAD FILE: from sysfs.
of() {
	cat "/sys/block/$(get "$1" disk)/head/$2"
}

is_up() { [ "$(of "$1" state)" = up ]; }
# reads FUNCTION ARGUMENT... VALUE, as in: wait_for reads of h queued 3
reads() {
	[ "$("${@:1:$#-1}")" = "${*: -1}" ]
}

queues() { [ "$(of "$1" queued)" -ge "$2" ]; }

# lane NAME: a device-mapper device over all of nullb0 that works.
lane() {
	create "$1" "$(lane_table)"
}

lane_table() { echo "0 $((SIZE_MIB * 2048)) linear /dev/nullb0 0"; }
error_table() { echo "0 $((SIZE_MIB * 2048)) error"; }

replace() {
	dmsetup load "$1" --table "$2" && dmsetup resume --noflush "$1"
}

# break_lane NAME: every I/O fails from now on. mend_lane NAME: not any more.
break_lane() { replace "$1" "$(error_table)"; }
mend_lane() { replace "$1" "$(lane_table)"; }

# two_lanes HEAD [ATTRIBUTE=VALUE]...: a head over a and b, of which a is preferred.
two_lanes() {
	leg 0 "$SIZE_MIB" && lane a && lane b || return 1
	make_head "$@" && add_path "$1" a /dev/mapper/a priority=10 &&
		add_path "$1" b /dev/mapper/b && start_head "$1"
}

# gate_path NAME: a dm-dnvme gate over nullb0, which holds and fails on command.
gate_path() {
	modprobe dm-dnvme && gate "$1" /dev/nullb0
}

# in_background COMMAND...: is killed at the end.
in_background() {
	"$@" &
	PIDS+=($!)
}

remove_head() {
	local path
	echo 0 >"$HEADS/$1/enable"
	for path in "$HEADS/$1"/paths/*/; do
		[ ! -d "$path" ] || rmdir "$path"
	done
	rmdir "$HEADS/$1"
}

remove_heads() {
	local head
	for head in "$HEADS"/*/; do
		[ ! -d "$head" ] || remove_head "$(basename "$head")"
	done
}

# For who has more than device-mapper devices below the paths: to have what was silenced answer, or I/O
# would not come back, and to take away what the paths lead to.
end_silence() { :; }
remove_targets() { :; }

cleanup() {
	end_background
	{
		end_silence
		remove_heads
		remove_targets
		cleanup_devices
		rmmod nvme-mpath-ext nvmet-mpath-ext dm-dnvme
	} >/dev/null 2>&1
	rm -rf "$TMP"
}

end_background() {
	local pid
	for pid in "${PIDS[@]}"; do
		kill "$pid"
		wait "$pid"
	done
	PIDS=()
} 2>/dev/null

end() {
	end_background
	check "the heads are removed" remove_heads
	remove_targets
	finish
}

# verified_load DISK: writes and verifies until load_ended_well; FIO is its process.
verified_load() {
	until [ -e "$TMP/enough" ]; do
		fio --name=verified --filename="$1" --direct=1 --rw=randwrite --bs=4k --size=4m --iodepth=16 \
			--ioengine=libaio --thread --verify=crc32c --verify_fatal=1 --verify_state_save=0 \
			--do_verify=1 --output="$TMP/fio" || exit
	done &
	FIO=$!
	PIDS+=("$FIO")
	wait_for writes_arrive "$1"
}

writes_arrive() { [ "$(cut -d ' ' -f 5 <(xargs <"/sys/block/${1#/dev/}/stat"))" -gt 0 ]; }

# load_ended_well: no error and nothing lost or stale.
load_ended_well() {
	: >"$TMP/enough"
	wait "$FIO" || { cat "$TMP/fio"; return 1; }
}

# path_is HEAD PATH STATE
path_is() { [ "$(path_state "$1/paths/$2")" = "$3" ]; }
is_active() { [ "$(of "$1" active_path)" = "$2" ]; }
failovers_are() { [ "$(of "$1" failovers)" -ge "$2" ]; }

# failover HEAD FIELD: of the last one; 2 why, 3 from, 4 to, 5-8 times.
failover() {
	of "$1" last_failover | cut -d ' ' -f "$2"
}

# nowait_on DEVICE read|write: one that must not wait; prints ok, or the name of the error.
nowait_on() {
	local name
	name=$(basename "$1")
	ln -sfn "$1" "/dev/mapper/$name"
	nowait "$name" "$2"
	rm -f "/dev/mapper/$name"
}
