#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The other end of /dev/nvmet-mpath-ext.

agent.py arm [FIELD=OFFSET]            arm the module, with some offsets falsified
agent.py serve [FIELD=VALUE]...        answer every command: status, state, retry, epoch, delay
                                       (seconds), count (then end)
agent.py write HEX                     write these bytes; prints the error, if any
agent.py open                          just open the device, and wait

Once they have the device, serve and open print "ready". serve prints each command as one line of
words once it has it, and "late" if its answer was not wanted any more.
"""
import errno
import fcntl
import os
import re
import struct
import subprocess
import sys
import time

DEVICE = "/dev/nvmet-mpath-ext"
VERSION = 1
COMMAND = struct.Struct("=IIQQIIHB5x224s224s")
ANSWER = struct.Struct("=IIQQHBB4x")
LAYOUT = struct.Struct("=14I")
ARM = 1 << 30 | LAYOUT.size << 16 | ord("N") << 8 | 0xFE
FIELDS = ("nvmet_req.cmd", "nvmet_req.cqe", "nvmet_req.sq", "nvmet_req.execute", "nvmet_req.ops",
          "nvmet_fabrics_ops.type", "nvmet_sq.ctrl",
          "nvmet_sq.qid", "nvmet_ctrl.subsys", "nvmet_ctrl.cntlid", "nvmet_ctrl.hostnqn",
          "nvmet_subsys.subsysnqn")


def offset_of(field: str) -> int:
    """Where a field is, by the type information of the running kernel."""
    name, member = field.split(".")
    text = subprocess.run(["pahole", "-C", name, "--btf_base", "/sys/kernel/btf/vmlinux",
                           "/sys/kernel/btf/nvmet"], check=True, stdout=subprocess.PIPE,
                          text=True).stdout
    found = re.search(rf"^\t\S.*\b{member}\b\S*;\s*/\*\s*(\d+)\s", text, re.MULTILINE)
    if not found:
        found = re.search(rf"^\tvoid\s+\(\*{member}\)\(.*;\s*/\*\s*(\d+)\s", text, re.MULTILINE)
    if not found:
        sys.exit(f"no {field} in:\n{text}")
    return int(found[1])


def arm(fd: int, falsified: dict[str, int]) -> None:
    offsets = [falsified[field] if field in falsified else offset_of(field) for field in FIELDS]
    fcntl.ioctl(fd, ARM, LAYOUT.pack(VERSION, LAYOUT.size, *offsets))


def text_of(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode()


def serve(fd: int, wanted: dict[str, int]) -> None:
    for _ in range(wanted.get("count", sys.maxsize)):
        raw = os.read(fd, COMMAND.size)
        _, _, ident, epoch, nsid, flags, cntlid, action, subsys, host = COMMAND.unpack(raw)
        print(nsid, action, flags, epoch, cntlid, text_of(subsys), text_of(host), flush=True)
        time.sleep(wanted.get("delay", 0))
        try:
            os.write(fd, ANSWER.pack(VERSION, ANSWER.size, ident, wanted.get("epoch", 0),
                                     wanted.get("status", 0), wanted.get("state", 3),
                                     wanted.get("retry", 0)))
        except FileNotFoundError:
            print("late", flush=True)


def main() -> None:
    verb, *words = sys.argv[1:]
    try:
        fd = os.open(DEVICE, os.O_RDWR)
        if verb in ("serve", "open"):
            print("ready", flush=True)
        if verb == "write":
            os.write(fd, bytes.fromhex(words[0]))
        elif verb == "open":
            time.sleep(3600)
        else:
            pairs = {key: int(value, 0) for key, value in (word.split("=") for word in words)}
            (arm if verb == "arm" else serve)(fd, pairs)
    except OSError as error:
        sys.exit(errno.errorcode[error.errno or 0])


if __name__ == "__main__":
    main()
