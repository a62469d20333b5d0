# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the selftests of nvme-mpath-ext share, on top of the functions of dm-dnvme's: a target and a
# host in one machine, connected by NVMe/TCP.

# A module file that was given to test is one of dm-dnvme.
unset DNVME_KO
MODULE=nvmet-mpath-ext
# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../dnvme/lib.sh"

HERE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
NVMET=/sys/kernel/config/nvmet
NQN=nqn.2014-08.org.nvmexpress:uuid:2f8b4a6e-0c9d-4f0a-9f53-6f1d6e7c0001
HOST_NQN=nqn.2014-08.org.nvmexpress:uuid:2f8b4a6e-0c9d-4f0a-9f53-6f1d6e7c0002
CONTROLLER=
# shellcheck source=tools/testing/selftests/nvme-mpath-ext/agents.sh
. "$HERE/agents.sh"

# target: one namespace on a null_blk, reached as $CONTROLLER.
target() {
	leg 0 64 && modprobe nvmet-tcp && modprobe nvme-tcp && ip link set lo up || return 1
	mkdir "$NVMET/subsystems/$NQN" "$NVMET/ports/1" || return 1
	echo 1 >"$NVMET/subsystems/$NQN/attr_allow_any_host"
	mkdir "$NVMET/subsystems/$NQN/namespaces/1" || return 1
	echo /dev/nullb0 >"$NVMET/subsystems/$NQN/namespaces/1/device_path"
	echo 1 >"$NVMET/subsystems/$NQN/namespaces/1/enable"
	echo tcp >"$NVMET/ports/1/addr_trtype"
	echo ipv4 >"$NVMET/ports/1/addr_adrfam"
	echo 127.0.0.1 >"$NVMET/ports/1/addr_traddr"
	echo 4420 >"$NVMET/ports/1/addr_trsvcid"
	ln -s "$NVMET/subsystems/$NQN" "$NVMET/ports/1/subsystems/"
	CONTROLLER=/dev/nvme0
	host_connects
}

# A long keep-alive time: a host that gets answers sends none, but failed commands are no sign of
# life to the target.
host_connects() {
	nvme connect -k 600 -t tcp -a 127.0.0.1 -s 4420 -n "$NQN" -q "$HOST_NQN" &&
		wait_for test -b /dev/nvme0n1
}

# loop_target: the same subsystem over nvme-loop, as loop_controller.
loop_target() {
	mkdir "$NVMET/ports/2" || return 1
	echo loop >"$NVMET/ports/2/addr_trtype"
	ln -s "$NVMET/subsystems/$NQN" "$NVMET/ports/2/subsystems/"
	nvme connect -t loop -n "$NQN" -q "$HOST_NQN"
}

loop_controller() {
	echo "/dev/$(basename "$(dirname "$(grep -l loop /sys/class/nvme/*/transport)")")"
}

remove_loop_target() {
	rm -f "$NVMET/ports/2/subsystems/$NQN"
	rmdir "$NVMET/ports/2"
} >/dev/null 2>&1

remove_target() {
	nvme disconnect -n "$NQN"
	remove_loop_target
	rm -f "$NVMET/ports/1/subsystems/$NQN"
	rmdir "$NVMET/ports/1"
	echo 0 >"$NVMET/subsystems/$NQN/namespaces/1/enable"
	rmdir "$NVMET/subsystems/$NQN/namespaces/1" "$NVMET/subsystems/$NQN"
} >/dev/null 2>&1

# sna NSID CDW10 [...]: sends the command; prints status and both dwords of the result.
sna() {
	"$HERE/sna.py" "$CONTROLLER" "$@"
}

end() {
	[ -z "$AGENT" ] || end_agent KILL
	remove_target
	finish
}
