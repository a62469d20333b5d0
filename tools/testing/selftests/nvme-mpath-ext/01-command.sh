#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each field of the command arrives, each field of the answer goes back, and garbage is refused.

# shellcheck source=tools/testing/selftests/nvme-mpath-ext/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

INVALID_FIELD="0x4002 0 0"
INVALID_NAMESPACE="0x400b 0 0"

last_command() { tail -n 1 "$TMP/agent"; }

# answered FIELDS STATUS-AND-RESULT: what the host sees of an answer.
answered() {
	# shellcheck disable=SC2086 # several fields
	agent serve $1
	same "answer $1" "$2" "$(sna 1 1)"
	end_agent
}

begin
check "a target and its host" target
check "the module is armed" "$HERE/agent.py" arm

agent serve
check "a query" sna 1 0
like "arrives" "^1 0 0 0 [0-9]+ $NQN $HOST_NQN$" "$(last_command)"
check "an activation, planned, with an epoch" sna 1 1 1 0x89abcdef 0x01234567
like "arrives" "^1 1 1 $((0x0123456789abcdef)) " "$(last_command)"
check "fence peer" sna 1 2 0 5
like "arrives" "^1 2 0 5 " "$(last_command)"
check "a namespace that nvmet does not have" sna 0xfffffffe 0
like "arrives: the agent decides" "^4294967294 0 0 0 " "$(last_command)"

before=$(wc -l <"$TMP/agent")
for words in "1 3" "1 0xf" "1 0x10" "1 0x80000000" "1 1 2" "1 1 0x80000001" "1 0 1" "1 2 1" \
	"1 1 0 0 0 1" "1 1 0 0 0 0 1" "1 0 cdw2=1"; do
	# shellcheck disable=SC2086 # several words
	same "refused: $words" "$INVALID_FIELD" "$(sna $words)"
done
same "refused: no namespace" "$INVALID_NAMESPACE" "$(sna 0 1)"
same "refused: all namespaces" "$INVALID_NAMESPACE" "$(sna 0xffffffff 1)"
same "nothing of that has reached the agent" "$before" "$(wc -l <"$TMP/agent")"
end_agent

answered "epoch=7" "0x0 3 7"
answered "status=0x780 state=2 retry=255" "0x780 $((2 | 255 << 4)) 0"
answered "status=0x4781 state=1 epoch=0x1ffffffff" "0x4781 1 $((0xffffffff))"
answered "status=0x4782 state=4 epoch=9" "0x4782 4 9"

short=0100000010000000
head=0100000020000000
for answer in "" 00 "$short" "$head$(printf '%048d' 0)00" "0200000020000000$(printf '%048d' 0)" \
	"0100000021000000$(printf '%048d' 0)" \
	"$head$(printf '%032d' 0)0008000000000000" "$head$(printf '%032d' 0)0000050000000000" \
	"$head$(printf '%032d' 0)0000000001000000"; do
	same "a bad answer is refused: ${answer:-none}" EINVAL "$("$HERE/agent.py" write "$answer" 2>&1)"
done
same "so is one that nobody waits for" ENOENT \
	"$("$HERE/agent.py" write "$head$(printf '%048d' 0)" 2>&1)"
end
