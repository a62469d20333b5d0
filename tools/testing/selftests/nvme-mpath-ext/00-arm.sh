#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The module takes the command only once the layout of the running kernel was shown to fit.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

INVALID_OPCODE="0x4001 0 0"

begin
check "a target and its host" target
same "before it is armed, nvmet does not know the command" "$INVALID_OPCODE" "$(sna 1 0)"
for field in nvmet_req.cmd nvmet_req.execute nvmet_sq.qid nvmet_ctrl.hostnqn nvmet_subsys.subsysnqn; do
	same "a layout with another $field is refused" EINVAL \
		"$("$HERE/agent.py" arm "$field=4" 2>&1)"
	word=${field#nvmet_}
	check "and the log names it" logged "${word/./_} is at byte 4 in the running kernel"
done
same "the command is still unknown" "$INVALID_OPCODE" "$(sna 1 0)"
check "the layout of the running kernel fits" "$HERE/agent.py" arm
check "arming twice does no harm" "$HERE/agent.py" arm
like "now the command is known" "^0x783 " "$(sna 1 0)"
same "on the admin queue only" "$INVALID_OPCODE" "$(CONTROLLER=/dev/nvme0n1 sna 1 0 queue=io)"
same "and without data only" "$INVALID_OPCODE" "$(sna 1 0 data_len=4096)"
same "other commands are as unknown as before" "$INVALID_OPCODE" "$(sna 1 0 opcode=0xfa)"
if modprobe nvme-loop 2>/dev/null; then
	check "a second way to the target, over nvme-loop" loop_target
	same "there the command is unknown" "$INVALID_OPCODE" "$(CONTROLLER=$(loop_controller) sna 1 0)"
fi
check "the namespace serves I/O" write_block /dev/nvme0n1 0 x

agent open
same "a second reader is refused" EBUSY "$("$HERE/agent.py" serve 2>&1)"
refused "the module stays while it has a reader" rmmod nvmet-mpath-ext
end_agent
check "the module is unloaded while it is armed" wait_for rmmod_quietly
same "then nvmet does not know the command" "$INVALID_OPCODE" "$(sna 1 0)"
refused "an opcode that is not vendor specific is refused" modprobe nvmet-mpath-ext opcode=0x06
check "another vendor specific one is not" modprobe nvmet-mpath-ext opcode=0xc2
check "it is armed" "$HERE/agent.py" arm
like "the command has that opcode" "^0x783 " "$(sna 1 0 opcode=0xc2)"
same "and not the other" "$INVALID_OPCODE" "$(sna 1 0)"
end
