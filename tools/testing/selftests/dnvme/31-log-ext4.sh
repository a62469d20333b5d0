#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Flush and FUA keep their order through a gate and a stripe: after each of them
# a power cut leaves an ext4 that is whole and holds what was synced.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

STEPS=${DNVME_SYNCS:-3}
SEED=${DNVME_SEED:-$(date +%s)}
CHUNK=16
LEG_LEN=32768
# Early, so that no second sync in its step makes up for the flush that is forgotten.
FORGOTTEN=2

# logged I: /dev/mapper/logI over a new device, on record on another.
logged() {
	leg "$1" 64
	leg $(($1 + 4)) 128
	create "log$1" "0 $(sectors "/dev/nullb$1") log-writes /dev/nullb$1 /dev/nullb$(($1 + 4))"
}

# work NAME LOG...: syncs on a file system on the device NAME.
work() {
	local name=$1 log
	shift
	mkfs.ext4 -q -b 4096 -J size=4 -E lazy_itable_init=0,lazy_journal_init=0 \
		"/dev/mapper/$name" || return 1
	for log; do dmsetup message "$log" 0 mark 0 || return 1; done
	mount "/dev/mapper/$name" "$TMP/mounted" || return 1
	"$SELF/ext4_work.py" "$TMP/mounted" "$STEPS" "$SEED" "$@"
	local status=$?
	umount "$TMP/mounted"
	return "$status"
}

# replay LEGS FORGET LOG-DEVICE...
replay() {
	"$SELF/ext4_replay.py" "$CHUNK" "$((LEG_LEN / $1))" "$1" "$STEPS" "$SEED" "$2" "$TMP" "${@:3}"
}

# judged LEGS LOG-DEVICE...: every state is good, and the check can tell.
judged() {
	check "  after each barrier the file system is whole and holds what was synced" \
		replay "$1" 0 "${@:2}" &&
		remark
	refused "  a flush that gets lost would be noticed" replay "$1" "$FORGOTTEN" "${@:2}" &&
		remark | head -n 1
}

begin
modprobe dm-log-writes || skip "the kernel has no dm-log-writes"
modprobe ext4 || skip "the kernel has no ext4"
mkdir "$TMP/mounted"
echo "# DNVME_SEED=$SEED"

logged 0
create gate "0 $LEG_LEN dnvme 1 8 1 /dev/mapper/log0 0 0"
check "a gate: $STEPS syncs" work gate log0
check "  the gate and its log are closed" dmsetup remove --retry gate log0
judged 1 /dev/nullb4

logged 1
HALF=$((LEG_LEN / 2))
create s "0 $LEG_LEN dnvme 1 $CHUNK 2 /dev/mapper/log1 0 /dev/mapper/log1 $HALF 0"
check "a stripe: $STEPS syncs" work s log1
check "  the stripe and its log are closed" dmsetup remove --retry s log1
judged 2 /dev/nullb5

logged 2
logged 3
create apart "$(stripe_table "$CHUNK" "$HALF" /dev/mapper/log2 /dev/mapper/log3)"
check "legs with a cache each: $STEPS syncs" work apart log2 log3
check "  the stripe and its logs are closed" dmsetup remove --retry apart log2 log3
judged 2 /dev/nullb6 /dev/nullb7
finish
