#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A path of activation "nvme" is refused where the command cannot be sent, with what to do; else it is
# sent, once its fields are right, and nothing goes out before it was acknowledged.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/targets.sh
. "$(dirname "$(readlink -f "$0")")/targets.sh"

LAYOUT=/sys/module/nvme_mpath_ext/parameters/layout
FITS="nvme_ctrl.admin_q=56,nvme_ctrl.admin_tagset=104,nvme_request.result=8,nvme_request.status=20"

# with_layout TEXT: path a cannot be enabled.
with_layout() {
	echo "$1" >"$LAYOUT" && not put h/paths/a enable=1
}

# last ACTION SIDE FIELD
last() { grep "^[0-9]* $1 .*$(nqn "$2")" "$TMP/agent" | tail -n 1 | cut -d ' ' -f "$3"; }

begin
check "two targets and their host" two_targets
check "the target's module is armed" arm
same "the layout is that of the stock kernels" "$FITS" "$(cat "$LAYOUT")"

make_head h activation=nvme
mkdir "$HEADS/h/paths/a" "$HEADS/h/paths/x"
put h/paths/a device="$(namespace a)" uuid="$UUID" priority=10
leg 7 "$SIZE_MIB"
put h/paths/x device=/dev/nullb7 uuid="$UUID"
refused "a device that is no namespace is refused" put h/paths/x enable=1
check "and the log says why" logged "this is no namespace of the NVMe host: use another activation"

# The right places of other fields: the queue of connects and the tags of I/O also belong together.
for wrong in nvme_ctrl.admin_q=64 nvme_ctrl.admin_q=4088 nvme_ctrl.admin_tagset=96 \
	nvme_ctrl.admin_tagset=0 nvme_request.result=4088 nvme_request.status=4094; do
	check "a layout with $wrong is refused" with_layout "$wrong"
	check "and the log names the field" logged "${wrong%=*} is not at byte ${wrong#*=} in this kernel"
	echo "$FITS" >"$LAYOUT"
done
check "both wrong in the same way are refused too" \
	with_layout nvme_ctrl.admin_q=64,nvme_ctrl.admin_tagset=96
echo "$FITS" >"$LAYOUT"
for nonsense in nvme_ctrl.admin_q nvme_ctrl.admin_q=57 nvme_ctrl.admin_q=4096 nvme_ctrl.x=8 =8 ""; do
	refused "no layout: '$nonsense'" eval "echo '$nonsense' >$LAYOUT"
done
same "and nothing has changed" "$FITS" "$(cat "$LAYOUT")"
check "with the right one the path is taken" put h/paths/a enable=1
rmdir "$HEADS/h/paths/x"

check "the gates have a keeper" keeper
add_path h b "$(namespace b)"
put h epoch=0
check "the preferred path is well" wait_for path_is h a ready
check "the head comes up" start_head h
same "on the preferred path" a "$(get h active_path)"
same "it asked to activate" 1 "$(last "$ACTIVATE" a 2)"
same "without an epoch, for it knew none" 0 "$(last "$ACTIVATE" a 4)"
same "and knows the one in force now" 2 "$(get h epoch)"
check "it serves I/O" write_block "$DISK" 5 x
same "which is on the disk" x "$(read_letter /dev/nullb0 5)"
check "the standby path is asked how it is" wait_for asked "$QUERY" b

check "the user wants the other path" put h active_path=b
check "it becomes the active one" wait_for reads get h active_path b
same "by a planned activation" 1 "$(last "$ACTIVATE" b 3)"
same "that named the epoch" 2 "$(last "$ACTIVATE" b 4)"
same "the new one is known" 3 "$(get h epoch)"
check "it serves I/O" write_block "$DISK" 5 y
same "which is on the disk" y "$(read_letter /dev/nullb0 5)"
check "the first path is well again" wait_for reads path_state h/paths/a ready

end_agent
check "the head is removed" remove_head h
rmmod nvmet-mpath-ext
modprobe nvmet-mpath-ext opcode=0xc2
check "with another opcode" arm
check "the gates have a keeper" keeper
command_head h 1 opcode=0xc2
check "the head comes up too" start_head h
end_agent
remove_head h

remove_targets
cleanup_devices
SIDES=a
check "the host with its own multipath" eval "rmmod nvme-mpath-ext; MULTIPATH=Y load_module"
leg 0 "$SIZE_MIB"
gate a1 /dev/nullb0
check "a target" make_target a
set_ana a 1 optimized
check "and its host" host_connects a
make_head h activation=nvme
mkdir "$HEADS/h/paths/a"
put h/paths/a device="$(namespace a)" uuid="$UUID"
refused "its device is refused" put h/paths/a enable=1
check "and the log says what to do" logged "load nvme_core with multipath=N"
end
