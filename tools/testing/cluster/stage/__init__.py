# SPDX-License-Identifier: Apache-2.0
"""What the tests on several machines stand on: storage nodes and hosts in guests of the rig."""

import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(SOURCE / "tools/testing/vm"))

from stage.conditions import wait_until  # noqa: E402  (found through the path set above)
from stage.host import Host  # noqa: E402
from stage.node import StorageNode  # noqa: E402

__all__ = ["Host", "SOURCE", "StorageNode", "wait_until"]
