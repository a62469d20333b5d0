# SPDX-License-Identifier: Apache-2.0
"""Virtual machines for testing: boot them, run commands in them, hurt them, read their logs."""

from rig.disks import Disk
from rig.errors import CommandFailed, CommandTimeout, GuestGone, KernelReport, RigError
from rig.guest import Result
from rig.machine import Machine
from rig.session import Rig

__all__ = [
    "CommandFailed", "CommandTimeout", "Disk", "GuestGone", "KernelReport", "Machine", "Result",
    "Rig", "RigError",
]
