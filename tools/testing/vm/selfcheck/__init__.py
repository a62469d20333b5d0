# SPDX-License-Identifier: Apache-2.0
"""Tests of the rig with real guests: 'dnvme-vm selfcheck'."""
