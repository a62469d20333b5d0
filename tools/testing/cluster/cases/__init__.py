# SPDX-License-Identifier: Apache-2.0
"""Tests on several machines; see the run command beside this folder."""
