#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# NVMe namespaces tell who they are: only paths to the same one make a head. A connection that is
# given up releases its path at once; a new one is taken again while the head is live.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/targets.sh
. "$(dirname "$(readlink -f "$0")")/targets.sh"

NGUID=6f1b0c52-8a3e-4b0f-9d0a-3c1f5f7a00aa
EUI64=0011223344556677
NSID1=$NVMET/subsystems/$(nqn a)/namespaces/1

# A second way to the subsystem of a: the port of b.
second_port() {
	mkdir "$NVMET/ports/${PORT[b]}" || return 1
	for setting in addr_trtype=tcp addr_adrfam=ipv4 addr_traddr=127.0.0.1 addr_trsvcid="${PORT[b]}"; do
		echo "${setting#*=}" >"$NVMET/ports/${PORT[b]}/${setting%%=*}" || return 1
	done
	ln -s "$NVMET/subsystems/$(nqn a)" "$NVMET/ports/${PORT[b]}/subsystems/"
}

remove_second_port() {
	rm "$NVMET/ports/${PORT[b]}/subsystems/$(nqn a)" && rmdir "$NVMET/ports/${PORT[b]}"
}

# through PORT: the controller that is connected there, and its namespace.
through() { basename "$(dirname "$(grep -lE "trsvcid=$1(,|$)" /sys/class/nvme/nvme*/address)")"; }
namespace_through() { echo "/dev/$(through "$1")n1"; }
is_there() { [ -b "$(namespace_through "$1")" ]; }
connect_to() {
	nvme connect -t tcp -a 127.0.0.1 -s "$1" -n "$(nqn a)" -k 20 -c 1 -l 3600 &&
		wait_for is_there "$1"
}

begin
grep -qw nvme_get_unique_id /proc/kallsyms ||
	skip "NVMe namespaces do not tell who they are in this kernel"
leg 0 "$SIZE_MIB"
gate a1 /dev/nullb0
SIDES=a
check "a target" make_target a
set_ana a 1 optimized
echo 0 >"$NSID1/enable"
echo "$NGUID" >"$NSID1/device_nguid"
echo 1 >"$NSID1/enable"
check "with a second port" second_port
check "a connection to one" connect_to "${PORT[a]}"
check "and to the other" connect_to "${PORT[b]}"

mkdir "$HEADS/h"
put h failover_interval_ms=0 max_tries=0
mkdir "$HEADS/h/paths/a" "$HEADS/h/paths/b" "$HEADS/h/paths/other"
put h/paths/a device="$(namespace_through "${PORT[a]}")" priority=10
put h/paths/b device="$(namespace_through "${PORT[b]}")"
put h/paths/a uuid="$UUID"
refused "a statement that does not agree with the device" put h/paths/a enable=1
check "the log has both" logged "is $NGUID, but its stated uuid is $UUID"
put h/paths/a uuid=
check "without it the device is taken" put h/paths/a enable=1
same "for what it is" "$NGUID" "$(get h/paths/a identity)"
check "so is the other" put h/paths/b enable=1
lane other
put h/paths/other device=/dev/mapper/other uuid="$EUI64"
refused "another identity is refused" put h/paths/other enable=1
check "the log has both" logged "is $EUI64, but "
check "the head starts" start_head h
same "on a" a "$(of h active_path)"
check "it serves I/O" write_block "$DISK" 3 x

for block in {8..15}; do
	while write_block "$DISK" "$block" y; do :; done &
	PIDS+=($!)
done
check "the connection of a is given up under load" nvme disconnect -d "$(through "${PORT[a]}")"
check "b takes over" wait_for is_active h b
like "because of that" "^(gone|error) a b$" "$(failover h 2-4)"
check "the path is off" wait_for path_is h a off
check "its device is gone" not is_there "${PORT[a]}"
check "a new connection" connect_to "${PORT[a]}"
check "is taken" put h/paths/a device="$(namespace_through "${PORT[a]}")" enable=1
check "the user wants it" put h active_path=a
check "and it serves" wait_for is_active h a
check "each writer still writes" kill -0 "${PIDS[@]}"
end_background
same "nothing failed" 0 "$(of h failed)"
check "the head is removed" remove_head h
nvme disconnect -n "$(nqn a)" >/dev/null
remove_second_port
end
