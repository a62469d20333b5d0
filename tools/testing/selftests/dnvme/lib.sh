# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the kernel selftests of dm-dnvme share. A test sources this file, calls
# begin, makes its checks, and calls finish. Everything that it made through
# the functions here is gone when it ends, also when it is interrupted; that
# the module can be unloaded then is the last check of every test.

set -u

SELF=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
export SELF DM_DISABLE_UDEV=1
# Seconds to wait for a condition before it counts as failed.
export DNVME_PATIENCE=${DNVME_PATIENCE:-300}
MODULE=${MODULE:-dm-dnvme}
TMP=
DEVICES=()
LEGS=()
CHECKS=0
FAILED=0
MARK=

# The module under test: the installed one, or a broken one in a negative run.
load_module() {
	if [ -n "${DNVME_KO:-}" ]; then
		modprobe dm-mod && insmod "$DNVME_KO"
	else
		modprobe "$MODULE"
	fi
}

begin() {
	echo "KTAP version 1"
	trap cleanup EXIT
	trap 'exit 1' INT TERM
	TMP=$(mktemp -d)
	load_module || { echo "Bail out! the module cannot be loaded"; exit 1; }
	mark
}

# skip REASON: this machine cannot run the test.
skip() {
	echo "1..0 # SKIP $1"
	exit 4
}

# result STATUS DESCRIPTION
result() {
	CHECKS=$((CHECKS + 1))
	if [ "$1" = 0 ]; then
		echo "ok $CHECKS $2"
	else
		FAILED=$((FAILED + 1))
		echo "not ok $CHECKS $2"
	fi
	return "$1"
}

# check DESCRIPTION COMMAND...: the command must succeed.
check() {
	local description=$1 status
	shift
	# No subshell: what the command notes for the clean-up must stay.
	"$@" >"$TMP/output" 2>&1
	status=$?
	result "$status" "$description" || { echo "$ $*"; cat "$TMP/output"; } | sed 's/^/# /'
	return "$status"
}

# remark: shows what the command of the last check printed.
remark() {
	sed 's/^/# /' "$TMP/output"
}

# refused DESCRIPTION COMMAND...: the command must fail.
refused() {
	local description=$1
	shift
	check "$description" not "$@"
}

not() {
	! "$@"
}

# same DESCRIPTION EXPECTED ACTUAL
same() {
	[ "$2" = "$3" ]
	result $? "$1" || diff <(echo "$2") <(echo "$3") | sed 's/^</# expected:/;s/^>/# but got: /;/^#/!d'
}

# Where its process can be interrupted, one of what a suspend has pushed back may come last: see the
# limits in design/write-ordering.rst.
suspend_keeps_order() {
	[ "$(nproc)" = 1 ] && [[ ! "$(uname -v) " =~ " PREEMPT " ]]
}

# same_again DESCRIPTION EXPECTED ACTUAL: lines in order, of what a suspend has pushed back.
same_again() {
	if suspend_keeps_order; then
		same "$@"
	else
		same "$1, or all in another order" "$(sort <<<"$2")" "$(sort <<<"$3")"
	fi
}

# like DESCRIPTION REGEX ACTUAL
like() {
	[[ $3 =~ $2 ]]
	result $? "$1" || printf '# expected: %s\n# but got:  %s\n' "$2" "$3"
}

# wait_for COMMAND...: until it succeeds, or the patience is at its end.
wait_for() {
	local deadline=$((SECONDS + DNVME_PATIENCE))
	until "$@"; do
		[ "$SECONDS" -lt "$deadline" ] || { echo "# waited in vain for: $*"; return 1; }
		sleep 0.02
	done
}

finish() {
	cleanup_devices
	check "the module can be unloaded" wait_for rmmod_quietly
	echo "1..$CHECKS"
	trap - EXIT
	rm -rf "$TMP"
	[ "$FAILED" = 0 ]
	exit
}

rmmod_quietly() {
	rmmod "$MODULE" 2>/dev/null
}

cleanup() {
	cleanup_devices
	rmmod "$MODULE" 2>/dev/null
	rm -rf "$TMP"
}

cleanup_devices() {
	local i
	for ((i = ${#DEVICES[@]} - 1; i >= 0; i--)); do
		destroy "${DEVICES[i]}"
	done
	DEVICES=()
	for i in "${LEGS[@]}"; do
		echo 0 >"/sys/kernel/config/nullb/$i/power"
		rmdir "/sys/kernel/config/nullb/$i"
	done 2>/dev/null
	LEGS=()
}

# destroy NAME: whatever state it is in, without a bio left behind.
destroy() {
	dmsetup info "$1" >/dev/null 2>&1 || return 0
	dmsetup resume "$1" 2>/dev/null
	dmsetup message "$1" 0 fail_held 2>/dev/null
	# A script of the test may have the device open until it sees the error.
	dmsetup remove --retry "$1" || dmsetup remove --force "$1"
} >/dev/null 2>&1

# ---- devices -----------------------------------------------------------------

# leg I MIB [ATTRIBUTE=VALUE]...: /dev/nullbI, which keeps what is written.
leg() {
	local dir=/sys/kernel/config/nullb/nullb$1 setting
	modprobe null_blk nr_devices=0
	mkdir "$dir" || return 1
	LEGS+=("nullb$1")
	for setting in index="$1" size="$2" memory_backed=1 "${@:3}" power=1; do
		echo "${setting#*=}" >"$dir/${setting%%=*}" || return 1
	done
	[ -b "/dev/nullb$1" ]
}

# create NAME TABLE: what goes wrong stays on standard error.
create() {
	dmsetup create "$1" --table "$2" || return 1
	DEVICES+=("$1")
	[ -b "/dev/mapper/$1" ]
}

# queue_limit NAME ATTRIBUTE
queue_limit() {
	cat "/sys/dev/block/$(major_minor "/dev/mapper/$1")/queue/$2"
}

major_minor() {
	stat -Lc %Hr:%Lr "$1"
}

sectors() {
	blockdev --getsz "$1"
}

# gate NAME DEV [OPTION WORDS...]: a gate in epoch 1 over all of DEV.
gate() {
	create "$1" "0 $(sectors "$2") dnvme 1 8 1 $2 0 $(($# - 2))${3:+ ${*:3}}"
}

# stripe_table CHUNK LEN_PER_LEG DEV...
stripe_table() {
	local chunk=$1 len=$2 dev pairs=
	shift 2
	for dev; do pairs+=" $dev 0"; done
	echo "0 $((len * $#)) dnvme 1 $chunk $#$pairs 0"
}

msg() {
	dmsetup message "$1" 0 "${@:2}"
}

# status NAME [FIELDS]: the words after the target's name; FIELDS as for cut: 2, 2-5, 7-.
# A poll: in an emulated guest each further program would cost more than the question.
status() {
	local line words first last
	line=$(dmsetup status --noflush "$1")
	read -ra words <<<"${line#* dnvme }"
	first=${2:-1-} last=${2:-1-}
	first=${first%-*} last=${last#*-}
	echo "${words[*]:first - 1:${last:-${#words[@]}} - first + 1}"
}

state() { status "$1" 2; }
receipt() { status "$1" 3; }
in_flight() { status "$1" 4; }
held() { status "$1" 5; }

# is FUNCTION NAME VALUE, as in: wait_for is held gate 3
is() {
	[ "$("$1" "$2")" = "$3" ]
}

# at_least FUNCTION NAME VALUE
at_least() {
	[ "$("$1" "$2")" -ge "$3" ]
}

# ---- the kernel's log --------------------------------------------------------

mark() {
	MARK="dnvme-selftest-$$-$RANDOM$RANDOM"
	echo "$MARK" >/dev/kmsg
}

# logged TEXT: some line since the mark has it.
logged() {
	dmesg | awk -v mark="$MARK" -v text="$1" '
		seen && index($0, text) { found = 1 }
		index($0, mark) { seen = 1 }
		END { exit !found }'
}

# ---- I/O ---------------------------------------------------------------------

# write_block DEV BLOCK LETTER: one direct write of 4 KiB filled with LETTER.
write_block() {
	local block
	printf -v block %4096s ''
	dd of="$1" bs=4096 seek="$2" count=1 iflag=fullblock oflag=direct conv=nocreat status=none \
		<<<"${block// /$3}"
}

# read_letter DEV BLOCK: the first letter there.
read_letter() {
	dd if="$1" bs=4096 skip="$2" count=1 iflag=direct status=none | head -c 1 | tr '\0' 0
}

# nowait NAME read|write: one that must not wait; prints ok, or the name of the error.
nowait() {
	python3 -c '
import errno, mmap, os, sys
fd = os.open(sys.argv[1], os.O_RDWR | os.O_DIRECT)
call = {"read": os.preadv, "write": os.pwritev}[sys.argv[2]]
try:
    print("ok" if call(fd, [mmap.mmap(-1, 4096)], 0, os.RWF_NOWAIT) == 4096 else "short")
except OSError as error:
    print(errno.errorcode[error.errno])' "/dev/mapper/$1" "$2"
}

# trace_start DEV...: record every bio that is sent to one of the devices.
trace_start() {
	local dev id filter=
	for dev; do
		id=$(major_minor "$dev")
		filter+="${filter:+ || }dev == $(((${id%:*} << 20) | ${id#*:}))"
	done
	echo 0 >"$TRACING/tracing_on"
	echo >"$TRACING/trace"
	echo "$filter" >"$TRACING/events/block/block_bio_queue/filter"
	echo 1 >"$TRACING/events/block/block_bio_queue/enable"
	echo 1 >"$TRACING/tracing_on"
}

# trace_stop: one line "DEV FLAGS SECTOR COUNT" for each bio, in order; and "mark TEXT".
trace_stop() {
	echo 0 >"$TRACING/tracing_on"
	echo 0 >"$TRACING/events/block/block_bio_queue/enable"
	sed -nE -e 's/.* block_bio_queue: ([0-9]+),([0-9]+) ([A-Z]+) ([0-9]+) \+ ([0-9]+) .*/\1:\2 \3 \4 \5/p' \
		-e 's/.* tracing_mark_write: (.*)/mark \1/p' "$TRACING/trace"
}

trace_mark() {
	echo "$1" >"$TRACING/trace_marker"
}

TRACING=/sys/kernel/tracing

# ---- load --------------------------------------------------------------------

LOAD=

# load DEV [OPTION...]: reads and writes until its end, whatever errors it sees.
load() {
	fio --name=load --filename="$1" --direct=1 --rw=randrw --bs=4k --iodepth=16 --numjobs=4 \
		--ioengine=libaio --time_based --runtime=100000 --continue_on_error=all --error_dump=0 \
		--norandommap --gtod_reduce=1 --thread --group_reporting "${@:2}" >"$TMP/fio" 2>&1 &
	LOAD=$!
}

# end_load GATE: lets the load see errors until it is gone; it goes when all its bios came back.
end_load() {
	kill -CONT "$LOAD"
	kill -INT "$LOAD"
	wait_for load_is_gone "$1"
}

load_is_gone() {
	msg "$1" fail_held 2>/dev/null
	not kill -0 "$LOAD" 2>/dev/null
}

# ---- held writes -------------------------------------------------------------

WRITERS=()

# held_writes NAME BLOCKS: one write for each block, each held before the next starts.
held_writes() {
	local block before
	WRITERS=()
	for block in $2; do
		before=$(held "$1")
		write_block "/dev/mapper/$1" "$block" w 2>/dev/null &
		WRITERS+=($!)
		wait_for at_least held "$1" $((before + 1)) || return 1
	done
}

writes_end_well() {
	local pid
	for pid in "${WRITERS[@]}"; do
		wait "$pid" || return 1
	done
}

writes_end_badly() {
	local pid
	for pid in "${WRITERS[@]}"; do
		wait "$pid" && return 1
	done
	return 0
}

as_sectors() {
	local block
	for block in $1; do echo $((block * 8)); done
}

# written_sectors: where the traced writes went, in order.
written_sectors() {
	trace_stop | awk '$2 ~ /^W/ { print $3 }'
}
