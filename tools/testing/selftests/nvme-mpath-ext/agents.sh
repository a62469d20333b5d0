# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A program that has the device of nvmet-mpath-ext and answers the command, in the background. What it
# says is in $TMP/agent.

AGENT=

# agent serve|open [FIELD=VALUE]...: one that does as it is told.
agent() {
	run_agent "$HERE/agent.py" "$@"
}

run_agent() {
	: >"$TMP/agent"
	"$@" >"$TMP/agent" 2>&1 &
	AGENT=$!
	wait_for grep -q ready "$TMP/agent"
}

# end_agent [SIGNAL]
end_agent() {
	kill "-${1:-TERM}" "$AGENT"
	wait "$AGENT"
	AGENT=
} 2>/dev/null
