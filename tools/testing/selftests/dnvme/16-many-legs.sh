#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 64 legs: data, flush, status and table.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

ROWS=2
CHUNK=8

begin
leg 0 64 cache_size=1
legs=
for ((i = 0; i < 64; i++)); do legs+=" /dev/nullb0 $((i * 2048))"; done
check "a stripe over 64 legs" create s "0 $((64 * CHUNK * ROWS)) dnvme 1 $CHUNK 64$legs 0"
# shellcheck disable=SC2086 # the pairs are words
check "data lies where the model says" "$SELF/stripe_model.py" /dev/mapper/s "$CHUNK" "$ROWS" $legs

trace_start /dev/nullb0
python3 -c 'import os; os.fsync(os.open("/dev/mapper/s", os.O_RDWR))'
same "a flush goes to each leg" 64 "$(trace_stop | grep -c ' F')"
same "the status has a part for each leg" $((6 + 64 * 4)) "$(status s | wc -w)"
like "fence" "^2 drained 0 0 " "$(msg s fence 2)"
same "each leg is fenced" 64 "$(status s 7- | grep -o F | wc -l)"
finish
