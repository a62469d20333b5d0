#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What may be written into configfs, and what is refused, with which error and without a change.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/heads.sh
. "$(dirname "$(readlink -f "$0")")/heads.sh"

OTHER=6f1b0c52-8a3e-4b0f-9d0a-3c1f5f7a0002

declare -A NAMES=(["Invalid argument"]=EINVAL ["Device or resource busy"]=EBUSY
	["No such device"]=ENODEV ["No such file or directory"]=ENOENT
	["Block device required"]=ENOTBLK ["Invalid slot"]=EBADSLT
	["Invalid cross-device link"]=EXDEV ["File too large"]=EFBIG ["Stale file handle"]=ESTALE)

# error FILE VALUE: the name of the error of writing it, or ok.
error() {
	local message
	if message=$({ printf '%s\n' "$2" >"$HEADS/$1"; } 2>&1); then
		echo ok
	else
		echo "${NAMES[${message##*: }]:-$message}"
	fi
}

# refuses FILE ERROR VALUE...: each of them, and the file reads as before.
refuses() {
	local file=$1 expected=$2 before value
	before=$(cat "$HEADS/$file")
	for value in "${@:3}"; do
		same "$file refuses '$value'" "$expected" "$(error "$file" "$value")"
	done
	same "$file has not changed" "$before" "$(cat "$HEADS/$file")"
}

# takes FILE VALUE [READS-AS]
takes() {
	same "$1 takes '$2'" ok "$(error "$1" "$2")"
	same "and reads so" "${3-$2}" "$(cat "$HEADS/$1")"
}

begin
for feature in policy=active-standby policy=round-robin activation=none activation=nvme \
	activation=reservation; do
	check "features has $feature" grep -qx "$feature" "$HEADS/features"
done

mkdir "$HEADS/h"
refused "a name of 64 bytes is refused" mkdir "$HEADS/$(printf '%064d' 0)"
same "defaults" \
	"0 none  active-standby none 60000 0 10 1000 manual 10000 3000 0xfe 0x0000000000000000 0 none" \
	"$(for file in enable disk uuid policy activation activation_timeout_ms queue_timeout_ms \
		max_tries failover_interval_ms failback failback_delay_ms silence_timeout_ms opcode pr_key epoch \
		active_path; do
		cat "$HEADS/h/$file"
	done | paste -sd ' ')"

refuses h/policy EINVAL "" none roundrobin "active-standby " ACTIVE-STANDBY
takes h/policy round-robin
takes h/policy active-standby
refuses h/activation EINVAL "" nvmee None
takes h/activation nvme
takes h/activation none
refuses h/activation_timeout_ms EINVAL "" -1 99 3600001 1s 18446744073709551616
takes h/activation_timeout_ms 100
takes h/activation_timeout_ms 3600000
refuses h/queue_timeout_ms EINVAL "" -1 86400001 x
takes h/queue_timeout_ms 86400000
takes h/queue_timeout_ms 0
refuses h/max_tries EINVAL "" -1 1001
takes h/max_tries 0
refuses h/failover_interval_ms EINVAL "" 600001
takes h/failover_interval_ms 0
refuses h/failback EINVAL "" auto 1
takes h/failback automatic
refuses h/failback_delay_ms EINVAL "" 86400001
takes h/failback_delay_ms 0
refuses h/silence_timeout_ms EINVAL "" -1 3600001
takes h/silence_timeout_ms 0
refuses h/opcode EINVAL "" 0xbf 0x100 0
takes h/opcode 192 0xc0
takes h/opcode 0xfe
refuses h/pr_key EINVAL "" 0x10000000000000000 key
takes h/pr_key 0x12ab 0x00000000000012ab
refuses h/epoch EINVAL "" -1 18446744073709551616
takes h/epoch 7
takes h/epoch 6
refuses h/uuid EINVAL x "$UUID-" "${UUID%?}" "${UUID//-/}" 123456789abcdefg
takes h/uuid "${UUID^^}" "$UUID"
takes h/uuid 0123456789ABCDEF 0123456789abcdef
takes h/uuid ""
refuses h/active_path EINVAL ""
refuses h/active_path ENODEV a
refuses h/enable EINVAL "" 2 -1 on
refuses h/enable ENODEV 1
check "the log says why" logged "h: no path is enabled"
takes h/uuid "$UUID"

leg 0 "$SIZE_MIB"
lane a
lane b
create small "0 2048 linear /dev/nullb0 0"
mkdir "$HEADS/h/paths/a" "$HEADS/h/paths/b"
same "defaults of a path" " 0 0 off none 0" \
	"$(cd "$HEADS/h/paths/a" && cat device priority enable state identity errors | paste -sd ' ')"
refuses h/paths/a/priority EINVAL "" -1 256
takes h/paths/a/priority 255
refuses h/paths/a/uuid EINVAL x
refuses h/paths/a/enable EINVAL "" 2 "11" 1
takes h/paths/a/device /dev/nothing
refuses h/paths/a/enable ENOENT 1
takes h/paths/a/device /dev/null
refuses h/paths/a/enable ENOTBLK 1
takes h/paths/a/device /dev/mapper/a
refuses h/paths/a/enable EBADSLT 1
check "the log says why" logged "does not tell its identity"
takes h/paths/a/uuid "$OTHER"
refuses h/paths/a/enable EXDEV 1
check "the log has both" logged "is $OTHER, but the head is $UUID"
takes h/uuid ""
takes h/paths/a/uuid "$UUID"
takes h/paths/a/enable 1
same "its identity" "$UUID" "$(cat "$HEADS/h/paths/a/identity")"
same "it is ready" ready "$(cat "$HEADS/h/paths/a/state")"
takes h/paths/b/device /dev/mapper/b
takes h/paths/b/uuid "$OTHER"
refuses h/paths/b/enable EXDEV 1
check "the log has both" logged "is $OTHER, but a is $UUID"
takes h/paths/b/uuid "$UUID"
takes h/paths/b/device /dev/mapper/a
refuses h/paths/b/enable EBUSY 1
refuses h/paths/a/device EBUSY /dev/mapper/b
refuses h/paths/a/uuid EBUSY "$OTHER"
refuses h/activation EBUSY nvme
refuses h/opcode EBUSY 0xc1
refuses h/pr_key EBUSY 1
refuses h/uuid EBUSY "$OTHER"

check "the head is enabled" start_head h
refuses h/policy EBUSY round-robin
refuses h/epoch ESTALE 5
takes h/epoch 8
refuses h/active_path ENOENT b
takes h/paths/b/device /dev/mapper/small
refuses h/paths/b/enable EFBIG 1
check "the log has both" logged "has 2048 sectors, but $(get h disk) has $((SIZE_MIB * 2048))"
takes h/paths/b/device /dev/mapper/b
takes h/paths/b/enable 1
check "another path becomes the active one" put h active_path=b
check "soon" wait_for reads get h active_path b
end
