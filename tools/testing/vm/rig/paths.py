# SPDX-License-Identifier: Apache-2.0
"""Where things are: the source tree, the cache, the rig's own files."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from pathlib import Path
from typing import Iterator

VM_DIR = Path(__file__).resolve().parent.parent
SOURCE = VM_DIR.parent.parent.parent
GUEST_DIR = VM_DIR / "guest"
MODULES_BUILD = SOURCE / "build" / "modules"


def cache_dir() -> Path:
    """The cache outside the tree; everything in it can be made again."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    path = Path(os.environ.get("DNVME_CACHE") or os.path.join(base, "dnvme"))
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()


@contextlib.contextmanager
def cache_lock(name: str) -> Iterator[None]:
    """Keep other processes from filling the same part of the cache at the same time."""
    with open(cache_dir() / f"{name}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def hash_of(*parts: bytes | str) -> str:
    """A short key for a cache entry that depends on all the parts."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()[:16]
