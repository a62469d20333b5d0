# SPDX-License-Identifier: Apache-2.0
"""What can go wrong, as types a test can tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rig.guest import Result


class RigError(Exception):
    """Something the rig needs is missing or did not work; the text says what to do."""


class GuestGone(RigError):
    """The guest's QEMU is not running any more."""


class CommandTimeout(RigError):
    """A command in a guest did not end in time and was killed."""


class CommandFailed(RigError):
    """A command that had to succeed did not."""

    def __init__(self, result: Result) -> None:
        self.result = result
        super().__init__(
            f"{result.machine}: {result.command!r} ended with status {result.status}\n"
            f"{result.stdout}{result.stderr}")


class KernelReport(RigError):
    """A guest's kernel reported an oops, a warning, a hung task or the like."""
