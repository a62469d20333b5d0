#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Paths leave while I/O is in flight on them, heads and the module go under load.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/heads.sh
. "$(dirname "$(readlink -f "$0")")/heads.sh"

writers=()

begin
leg 0 "$SIZE_MIB"
check "two gates as paths" eval "gate_path a && gate_path b"
make_head h max_tries=0 failover_interval_ms=0
add_path h a /dev/mapper/a priority=10
add_path h b /dev/mapper/b
check "a head over them" start_head h

check "the active one holds what it gets" msg a hold
write_block "$DISK" 4 p &
writer=$!
check "a write is in flight there" wait_for at_least held a 1
check "the path is disabled" put h/paths/a enable=0
check "the other one takes over" wait_for is_active h b
same "why" "disabled a b" "$(failover h 2-4)"
same "it is gone, but not closed" gone "$(path_state h/paths/a)"
refused "it cannot be enabled again yet" put h/paths/a enable=1
check "new I/O is served" write_block "$DISK" 5 q
same "the write is still on its way" 1 "$(held a)"
check "it comes back with an error" msg a fail_held
check "and is written by the other path" wait "$writer"
same "indeed" p "$(read_letter "$DISK" 4)"
check "now the path is closed" wait_for path_is h a off
same "and its device free" 0 "$(dmsetup info -c --noheadings -o open a)"
check "it is released" msg a release
check "and added again" put h/paths/a enable=1

check "both hold" eval "msg a hold; msg b hold"
write_block "$DISK" 6 r &
writer=$!
check "a write is in flight" wait_for at_least held b 1
check "its path is removed altogether" rmdir "$HEADS/h/paths/b"
check "the other one takes over" wait_for is_active h a
check "what comes back goes there" msg b fail_held
check "and is held there" wait_for at_least held a 1
check "until it is released" msg a release
check "it is written" wait "$writer"
check "b works again" msg b release
check "and is added" add_path h b /dev/mapper/b

for block in {16..31}; do
	while write_block "$DISK" "$block" s; do :; done 2>/dev/null &
	writers[block - 16]=$!
done
sleep 1
check "the head is removed under load" put h enable=0
check "which ends with an error" wait "${writers[@]}"
same "its paths are closed" "off off" "$(path_state h/paths/a) $(path_state h/paths/b)"
again() { put h/paths/a enable=1 && put h/paths/b enable=1 && start_head h; }
check "it can be made again" again
exec 3<>"$DISK"
refused "the module stays while there is a head" rmmod nvme-mpath-ext
check "a head is disabled though its disk is open" put h enable=0
check "and removed" remove_head h
refused "the module stays while the disk is open" rmmod nvme-mpath-ext
exec 3>&-
end
