# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the selftests of activation by command share, on top of heads.sh: two targets in one machine,
# a and b, each a subsystem on a port of its own over a gate of its own, and both gates over the same
# /dev/nullb0. The host is connected to both by NVMe/TCP. A standby refuses I/O by its ANA state.
# keeper.py keeps the gates: it answers the command, and whoever is activated has the only open one.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/heads.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/heads.sh"

NVMET=/sys/kernel/config/nvmet
declare -A PORT=([a]=4421 [b]=4422)
SIDES="a b"
# shellcheck source=tools/testing/selftests/nvme-mpath-ext/agents.sh
. "$HERE/agents.sh"

nqn() { echo "nqn.2014-08.org.nvmexpress:uuid:2f8b4a6e-0c9d-4f0a-9f53-6f1d6e7c00$1$1"; }

# load_nvme Y|N: the host's NVMe modules, with its own multipath or without.
load_nvme() {
	local module
	if [ "$(cat /sys/module/nvme_core/parameters/multipath 2>/dev/null)" != "$1" ]; then
		for module in nvmet-mpath-ext nvmet-tcp nvme-loop nvmet nvme-tcp nvme-fabrics nvme nvme-core; do
			rmmod "$module" 2>/dev/null
		done
		modprobe nvme-core multipath="$1"
	fi
	modprobe -a nvme-tcp nvmet-tcp && [ "$(cat /sys/module/nvme_core/parameters/multipath)" = "$1" ]
}

load_module() {
	load_nvme "${MULTIPATH:-N}" && modprobe -a dm-dnvme nvmet-mpath-ext && ip link set lo up ||
		return 1
	if [ -n "$HEAD_KO" ]; then
		insmod "$HEAD_KO"
	else
		modprobe nvme-mpath-ext
	fi
}

# make_target SIDE [NAMESPACES]: each namespace over a gate of its own, and each gate over a disk.
make_target() {
	local subsystem port=$NVMET/ports/${PORT[$1]} number
	subsystem=$NVMET/subsystems/$(nqn "$1")
	mkdir "$subsystem" "$port" || return 1
	echo 1 >"$subsystem/attr_allow_any_host"
	# Controllers 1 to 99 are of a, 100 to 199 of b: arrivals.py tells them apart so.
	[ "$1" = a ] && echo 99 >"$subsystem/attr_cntlid_max"
	[ "$1" = b ] && echo 199 >"$subsystem/attr_cntlid_max" && echo 100 >"$subsystem/attr_cntlid_min"
	for ((number = 1; number <= ${2:-1}; number++)); do
		mkdir "$subsystem/namespaces/$number" || return 1
		echo "/dev/mapper/$1$number" >"$subsystem/namespaces/$number/device_path"
		echo "$number" >"$subsystem/namespaces/$number/ana_grpid"
		mkdir -p "$port/ana_groups/$number"
		set_ana "$1" "$number" inaccessible
		echo 1 >"$subsystem/namespaces/$number/enable" || return 1
	done
	echo tcp >"$port/addr_trtype"
	echo ipv4 >"$port/addr_adrfam"
	echo 127.0.0.1 >"$port/addr_traddr"
	echo "${PORT[$1]}" >"$port/addr_trsvcid"
	link_target "$1"
}

set_ana() { echo "$3" >"$NVMET/ports/${PORT[$1]}/ana_groups/$2/ana_state"; }
link_target() { ln -s "$NVMET/subsystems/$(nqn "$1")" "$NVMET/ports/${PORT[$1]}/subsystems/"; }
cut_target() { rm -f "$NVMET/ports/${PORT[$1]}/subsystems/$(nqn "$1")"; }

# host_connects SIDE: a connection that is lost is tried again every second. Silence says nothing here:
# an emulated guest may be silent for long.
host_connects() {
	nvme connect -t tcp -a 127.0.0.1 -s "${PORT[$1]}" -n "$(nqn "$1")" -k "${KEEP_ALIVE:-120}" \
		-c 1 -l 3600 &&
		wait_for namespace_is_there "$1"
}

controller() { basename "$(dirname "$(grep -lx "$(nqn "$1")" /sys/class/nvme/nvme*/subsysnqn)")"; }

# namespace SIDE [NUMBER]
namespace() { echo "/dev/$(controller "$1")n${2:-1}"; }
namespace_is_there() { [ -b "$(namespace "$1")" ]; }

# two_targets [NAMESPACES]: none of the gates is open.
two_targets() {
	local side number
	for ((number = 1; number <= ${1:-1}; number++)); do
		leg $((number - 1)) "$SIZE_MIB" || return 1
		for side in $SIDES; do
			gate "$side$number" "/dev/nullb$((number - 1))" mode held || return 1
		done
	done
	for side in $SIDES; do make_target "$side" "${1:-1}" || return 1; done
	for side in $SIDES; do host_connects "$side" || return 1; done
}

remove_target() {
	local subsystem
	subsystem=$NVMET/subsystems/$(nqn "$1")
	nvme disconnect -n "$(nqn "$1")"
	cut_target "$1"
	# The first one stays, and goes with the port.
	rmdir "$NVMET/ports/${PORT[$1]}/ana_groups/"* "$NVMET/ports/${PORT[$1]}"
	rmdir "$subsystem"/namespaces/* "$subsystem"
} >/dev/null 2>&1

# command_head NAME [NUMBER [ATTRIBUTE=VALUE...]]: over namespace NUMBER of both; a is preferred.
command_head() {
	make_head "$1" activation=nvme silence_timeout_ms=0 "${@:3}" &&
		add_path "$1" a "$(namespace a "${2:-1}")" priority=10 &&
		add_path "$1" b "$(namespace b "${2:-1}")"
}

# ---- agents ------------------------------------------------------------------

arm() { "$HERE/agent.py" arm; }

# keeper [WORD]...: keeper.py has the device from now on; what it does is in $TMP/agent.
keeper() {
	run_agent "$HERE/keeper.py" "$@"
}

# asked ACTION SIDE [COUNT]: so many commands of this kind have come for that side.
asked() {
	[ "$(commands "$1" "$2")" -ge "${3:-1}" ]
}

commands() { grep -c "^[0-9]* $1 .*$(nqn "$2")" "$TMP/agent"; }

export QUERY=0 ACTIVATE=1

# ---- the end -----------------------------------------------------------------

end_silence() { "$HERE/silence" end; }

remove_targets() {
	local side
	[ -z "$AGENT" ] || end_agent KILL
	for side in $SIDES; do remove_target "$side"; done
}
