#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What asks goes away while it waits for the answer: the head, the path, the controller, the module.
# The command on its way ends by itself, and nobody trips over it.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/targets.sh
. "$(dirname "$(readlink -f "$0")")/targets.sh"

# A head whose activation is with an agent that does not answer.
waiting_head() {
	command_head h && put h enable=1 && wait_for asked "$ACTIVATE" a
}

begin
check "two targets and their host" two_targets
check "the target's module is armed" arm
# Neither end is to lose its patience.
echo 600000 >/sys/module/nvmet_mpath_ext/parameters/answer_ms
echo 600000 >/sys/module/nvme_mpath_ext/parameters/command_timeout_ms
keeper delay=600
check "an activation waits" waiting_head
check "the head is removed" remove_head h
check "the command is still there: another head waits for its end" waiting_head
same "so it was sent once" 1 "$(commands "$ACTIVATE" a)"
check "the path is removed" rmdir "$HEADS/h/paths/a"
check "the other one is asked" wait_for asked "$ACTIVATE" b
check "this head is removed" remove_head h
in_background rmmod nvme-mpath-ext
UNLOADING=$!
check "the agent is killed" end_agent KILL
check "then the module can go" wait "$UNLOADING"
modprobe nvme-mpath-ext command_timeout_ms=600000

keeper delay=600
check "an activation waits" waiting_head
check "its controller is cut off by the target" cut_target a
check "and is asked to go by the host" timeout 300 nvme disconnect -n "$(nqn a)"
check "the other one is asked" wait_for asked "$ACTIVATE" b
end_agent KILL
check "the gates have a keeper" keeper
check "and b becomes active" wait_for reads get h active_path b
check "the host connects to a again" host_connects a
put h/paths/a device="$(namespace a)"
check "it is taken again" put h/paths/a enable=1
check "it is well" wait_for reads path_state h/paths/a ready

end_agent
keeper delay=600
# Without an agent it was not well for a moment.
check "the user wants a" wait_for put h active_path=a
check "which does not answer" wait_for asked "$ACTIVATE" a
# Says so if it has to connect more than once: the target has the old controller until the answer.
echo 1 >"/sys/class/nvme/$(controller a)/reset_controller" 2>/dev/null
check "its controller is reset: nobody waits for the answer any more" wait_for not path_is h a asked
end_agent KILL
check "the gates have a keeper" keeper
check "some path becomes active" wait_for is_up h
DISK=/dev/$(get h disk)
check "it serves I/O" write_block "$DISK" 3 z
end
