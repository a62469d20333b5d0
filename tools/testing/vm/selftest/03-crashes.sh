#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The runner must count this as failed, quote the panic, and go on with the next script.

echo "KTAP version 1"
echo "1..1"
sync "$DNVME_RESULTS"
echo c >/proc/sysrq-trigger
echo "ok 1 never reached"
