# SPDX-License-Identifier: Apache-2.0
"""A load on a host that verifies itself."""

from __future__ import annotations

from typing import Any

from stage.conditions import wait_until
from stage.host import Host, fio_results

BLOCK = 4096
FIO: dict[str, Any] = {"name": "load", "bs": BLOCK, "rw": "randwrite", "direct": 1,
                       "ioengine": "libaio", "verify": "crc32c", "verify_fatal": 1,
                       "do_verify": 1}


class Load:
    """fio on a device, run after run, until its host is told to stop all: Host.stop_fio()."""

    def __init__(self, host: Host, device: str, size: int = 4 << 20, depth: int = 8) -> None:
        self.host = host
        self.device = device
        self.blocks = size // BLOCK
        self.fio = host.start_fio_again_and_again(filename=device, size=size, iodepth=depth, **FIO)
        self.wait_writes()

    def wait_writes(self, share: int = 4) -> None:
        """Wait until a quarter of what one run writes was written, or another share of it."""
        wanted = self.host.writes_done(self.device) + self.blocks // share
        wait_until("fio writes", lambda: self.host.writes_done(self.device) > wanted)

    def assert_verified(self) -> None:
        """No run saw an error, and each has read back all that it wrote."""
        result = self.fio.wait(timeout=1800)
        assert result.status == 0, result.stdout + result.stderr
        runs = fio_results(result.stdout)
        assert runs, "fio has not run"
        for run in runs:
            assert run["write"]["total_ios"] == self.blocks, run["write"]
            assert run["read"]["total_ios"] >= self.blocks, run["read"]
