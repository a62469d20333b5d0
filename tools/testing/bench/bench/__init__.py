# SPDX-License-Identifier: Apache-2.0
"""What dnvme costs, measured in guests of the rig."""

import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[4]
GUEST = Path(__file__).resolve().parents[1] / "guest"
STOCK = ("6.1", "6.12")
sys.path.insert(0, str(SOURCE / "tools/testing/vm"))
