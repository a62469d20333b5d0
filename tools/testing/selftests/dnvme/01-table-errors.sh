#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Bad table lines: each is refused, says why in the kernel's log, changes nothing.

# shellcheck source=tools/testing/selftests/dnvme/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

LEN=131072

# bad REASON WORDS...: the table "0 <LEN> dnvme WORDS" is refused for this reason.
# A device that one of them left would stand in the way of the next.
bad() {
	local reason=$1
	shift
	mark
	refused "refused: $*" dmsetup create bad --table "0 $LEN dnvme $*" &&
		check "  and the log says why: $reason" logged "$reason"
}

# legs N: that many legs, all on the first device.
legs() {
	local i
	for ((i = 0; i < $1; i++)); do printf '%s' "/dev/nullb0 0 "; done
}

begin
leg 0 64
leg 1 32
leg 2 64 blocksize=4096
A="/dev/nullb0 0"
B="/dev/nullb1 0"

# counts
bad "Not enough arguments"
bad "Not enough arguments" 1
bad "Not enough arguments" 1 8
bad "Not enough arguments" 1 8 0
bad "Not enough legs" 1 8 2 "$A" 0
bad "Not enough legs" 1 8 1 /dev/nullb0
bad "Invalid number of legs" 1 8 65 "$(legs 65)" 0
bad "Invalid number of legs" 1 8 -1 0
bad "Invalid number of legs" 1 8 two "$A" "$B" 0
bad "Invalid or missing number of option words" 1 8 1 "$A"
bad "Invalid or missing number of option words" 1 8 1 "$A" -1
bad "Invalid or missing number of option words" 1 8 1 "$A" "$B" 0
bad "Fewer option words than announced" 1 8 1 "$A" 1
bad "Fewer option words than announced" 1 8 1 "$A" 3 mode held
bad "Trailing words" 1 8 1 "$A" 0 mode held
bad "Trailing words" 1 8 1 "$A" 2 mode held more
bad "Trailing words" 1 8 0 0 0

# epoch
bad "Invalid epoch" x 8 1 "$A" 0
bad "Invalid epoch" -1 8 1 "$A" 0
bad "Invalid epoch" +1 8 1 "$A" 0
bad "Invalid epoch" 01 8 1 "$A" 0
bad "Invalid epoch" 1x 8 1 "$A" 0
bad "Invalid epoch" 0x1 8 1 "$A" 0
bad "Invalid epoch" 18446744073709551616 8 1 "$A" 0

# chunk
for chunk in 0 1 4 7 9 12 24 100 08 -8 8k 4194304 4294967296 18446744073709551624; do
	bad "Invalid chunk size" 1 "$chunk" 1 "$A" 0
done
bad "Invalid chunk size" 1 0 0 0
bad "Invalid chunk size" 1 0 2 "$A" "$A" 0

# legs
bad "Target length is no multiple of legs times chunk size" 1 8 3 "$A" "$A" "$A" 0
bad "Target length is no multiple of legs times chunk size" 1 131072 2 "$A" "$B" 0
bad "Leg device cannot be opened" 1 8 1 /dev/no-such-device 0 0
bad "leg 1, /dev/no-such-device" 1 8 2 "$A" /dev/no-such-device 0 0
bad "Invalid leg offset" 1 8 1 /dev/nullb0 -1 0
bad "Invalid leg offset" 1 8 1 /dev/nullb0 8s 0
bad "Invalid leg offset" 1 8 1 /dev/nullb0 08 0
bad "Invalid leg offset" 1 8 1 /dev/nullb0 18014398509481984 0
bad "Leg device is too small" 1 8 1 /dev/nullb0 1 0
bad "Leg device is too small" 1 8 1 /dev/nullb0 18014398509481983 0
bad "Leg device is too small" 1 8 1 "$B" 0
LEN=131080 bad "Leg device is too small" 1 8 1 "$A" 0
LEN=262144 bad "leg 1, " 1 8 2 "$A" "$B" 0
LEN=1024 bad "Leg offset is no multiple" 1 8 1 /dev/nullb2 4 0

# options
bad "Unknown option" 1 8 1 "$A" 1 nonsense
bad "Unknown option" 1 8 1 "$A" 1 7
bad "Option lacks its argument" 1 8 1 "$A" 1 mode
bad "Option lacks its argument" 1 8 1 "$A" 2 write_through drain_ms
bad "mode must be held, live or fenced" 1 8 1 "$A" 2 mode open
bad "mode must be held, live or fenced" 1 8 1 "$A" 2 mode write_through
bad "drain_ms must be a number" 1 8 1 "$A" 2 drain_ms fast
bad "drain_ms must be a number" 1 8 1 "$A" 2 drain_ms -1
bad "drain_ms must be a number" 1 8 1 "$A" 2 drain_ms 600001
bad "drain_ms must be a number" 1 8 1 "$A" 2 drain_ms 010
for ms in 0 -1 600001 1.5 ever; do
	bad "write_ttl_ms must be a number from 1" 1 8 1 "$A" 2 write_ttl_ms "$ms"
done
bad "Duplicated option" 1 8 1 "$A" 4 mode live mode live
bad "Duplicated option" 1 8 1 "$A" 4 mode live mode held
bad "Duplicated option" 1 8 1 "$A" 2 write_through write_through
bad "Duplicated option" 1 8 1 "$A" 4 drain_ms 5 drain_ms 5
bad "mode live conflicts with zero legs" 1 8 0 2 mode live
bad "hold_on_error conflicts with zero legs" 1 8 0 1 hold_on_error
bad "Duplicated option" 1 8 1 "$A" 3 hold_on_error write_through hold_on_error
for ms in 0 99 -1 600001 1s; do
	bad "lease_ms must be a number from 100" 1 8 1 "$A" 2 lease_ms "$ms"
done
bad "lease_ms conflicts with zero legs" 1 8 0 2 lease_ms 1000
bad "probe needs lease_ms" 1 8 1 "$A" 3 probe 1 /dev/nullb1
bad "probe conflicts with more than one leg" 1 8 2 "$A" "$B" 5 lease_ms 1000 probe 1 /dev/nullb1
for count in 0 65 -1 /dev/nullb1; do
	bad "probe wants a number of devices" 1 8 1 "$A" 5 lease_ms 1000 probe "$count" /dev/nullb1
done
bad "probe has fewer devices than announced" 1 8 1 "$A" 5 lease_ms 1000 probe 2 /dev/nullb1
bad "Probe device cannot be opened" 1 8 1 "$A" 5 lease_ms 1000 probe 1 /dev/no-such-device
bad "probe device /dev/no-such-device" 1 8 1 "$A" 6 lease_ms 1000 probe 2 /dev/nullb1 /dev/no-such-device
bad "Duplicated option" 1 8 1 "$A" 4 lease_ms 1000 lease_ms 1000
refused "no device is left" dmsetup info bad

# A reload with a bad line leaves the table in place.
check "a good table is loaded" create good "0 $LEN dnvme 1 8 1 $A 0"
before=$(dmsetup table good)
refused "a reload with a bad one is refused" dmsetup reload good --table "0 $LEN dnvme 1 7 1 $A 0"
same "the table is what it was" "$before" "$(dmsetup table good)"
same "and none waits" "" "$(dmsetup table --inactive good)"
finish
