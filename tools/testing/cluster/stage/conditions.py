# SPDX-License-Identifier: Apache-2.0
"""Waiting for things to become true; the guests are slow, so the patience is long."""

from __future__ import annotations

import time
from typing import Callable

PATIENCE = 600.0


def wait_until(what: str, condition: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait for a condition; TimeoutError says in words what did not happen."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {patience:.0f} s: {what}")
        time.sleep(0.1)
