# SPDX-License-Identifier: Apache-2.0
"""With a protection switched off, the load of the failover tests must find what it looks for."""

from __future__ import annotations

from stage.failover import FailoverCase

# Whether a target stops with a write under way is a matter of luck; many writers help it.
TRIES = 8
WRITERS = 16


class FailoverNegativeTest(FailoverCase):
    """Its gates admit what they have fenced."""

    without = "admission"
    writers = WRITERS

    def test_stale_writes_land_without_admission(self) -> None:
        found = ""
        for _ in range(TRIES):
            self.begin()
            self.return_of_the_dead()
            found = self.host.wrong_in_load()
            if "acknowledged was" in found:
                print(f"\n    {found}", flush=True)
                return
        self.fail(f"nothing stale in {TRIES} tries; the last load has found: {found}")
