# SPDX-License-Identifier: Apache-2.0
"""The verbs of dnvme-vm, one file each."""
