#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the bios seen on the legs with those that a range should cause.

range_model.py CHUNK START COUNT LETTER MAJ:MIN... <trace

The trace has lines "MAJ:MIN FLAGS SECTOR COUNT"; LETTER begins the flags that
count. The model walks the range sector by sector.
"""
import sys

Sectors = set[tuple[int, int]]


def expected(chunk: int, start: int, count: int, legs: int) -> Sectors:
    sectors = set()
    for sector in range(start, start + count):
        row, leg = divmod(sector // chunk, legs)
        sectors.add((leg, row * chunk + sector % chunk))
    return sectors


def seen(lines: list[str], letter: str, devices: list[str]) -> Sectors:
    sectors: Sectors = set()
    for words in map(str.split, lines):
        if len(words) != 4 or not words[1].startswith(letter):
            continue
        leg, first, count = devices.index(words[0]), int(words[2]), int(words[3])
        bio = {(leg, sector) for sector in range(first, first + count)}
        if bio & sectors:
            sys.exit(f"some of leg {leg}, {first} + {count} was sent twice")
        sectors |= bio
    return sectors


def main() -> None:
    chunk, start, count = map(int, sys.argv[1:4])
    devices = sys.argv[5:]
    want = expected(chunk, start, count, len(devices))
    got = seen(sys.stdin.readlines(), sys.argv[4], devices)
    if got != want:
        sys.exit(f"missing: {sorted(want - got)[:20]}\nnot asked for: {sorted(got - want)[:20]}")


if __name__ == "__main__":
    main()
