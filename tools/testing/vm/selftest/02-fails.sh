#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The runner must count this as failed, show the kernel's log, and name the device left behind.

echo "KTAP version 1"
echo "1..2"
echo "<4>rig: this line belongs to 02-fails" >/dev/kmsg
modprobe dm-mod
dmsetup create forgotten --table "0 8 error" && echo "ok 1 a device is left behind"
echo "not ok 2 a test that fails"
exit 1
