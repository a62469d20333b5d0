#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# dmsetup table gives back the very line that was loaded, for generated lines.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

SEED=${DNVME_SEED:-$(date +%s)}
COUNT=${DNVME_LINES:-60}

round_trip() {
	local table
	dmsetup reload generated --table "$1" || return 1
	table=$(dmsetup table --inactive generated)
	[ "$table" = "$1" ] || { echo "came back as $table"; return 1; }
}

round_trips() {
	local line number=0
	while read -r line; do
		number=$((number + 1))
		round_trip "$line" || { echo "line $number: $line"; return 1; }
	done
	[ "$number" = "$COUNT" ]
}

begin
leg 0 128
leg 1 128
check "a device to load tables into" create generated "0 1024 dnvme 0 8 0 0"
"$SELF/table_lines.py" "$SEED" "$COUNT" "$(major_minor /dev/nullb0)" "$(major_minor /dev/nullb1)" \
	>"$TMP/lines"
echo "# DNVME_SEED=$SEED"
check "$COUNT generated lines come back as loaded" round_trips <"$TMP/lines"

check "a live gate" create g "0 1024 dnvme 5 8 1 $(major_minor /dev/nullb0) 16 4 drain_ms 7 mode live"
loaded=$(dmsetup table g)
msg g fence 9 >/dev/null
same "a change of state leaves the table line alone" "$loaded" "$(dmsetup table g)"
finish
