# SPDX-License-Identifier: Apache-2.0
"""Unit tests of the rig; none of them starts a guest."""
