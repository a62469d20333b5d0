#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the runner promises to a script is there.

disks() {
	local file
	for file in /sys/block/vd[a-d]/serial; do
		echo "$(<"$file")"
	done
}

result() { # number name
	[[ $? == 0 ]] && echo "ok $1 $2" && return
	echo "not ok $1 $2"
	status=1
}

status=0
echo "KTAP version 1"
echo "1..3"
[[ -d $DNVME_SRC && $DM_DISABLE_UDEV == 1 ]]
result 1 "the environment is set"
touch "$DNVME_RESULTS/here"
result 2 "results can be written"
[[ $(disks | paste -s) == $'disk0\tdisk1\tdisk2\tdisk3' ]]
result 3 "four disks with their serials"
exit $status
