#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prints generated, valid table lines: table_lines.py SEED COUNT DEV...

The devices are MAJOR:MINOR, as dmsetup prints them, and hold 128 MiB each.
"""
import random
import sys

DEVICE_SECTORS = 262144
EPOCHS = (0, 1, 2**31, 2**32, 2**63, 2**64 - 1)


def epoch(rng: random.Random) -> int:
    return rng.choice(EPOCHS) if rng.random() < 0.3 else rng.randrange(2**64)


def legs(rng: random.Random) -> int:
    return rng.choice((0, 1, 1, 2, 3, 4, 64, rng.randrange(65)))


def probe(rng: random.Random, devices: list[str]) -> list[str]:
    listed = rng.choices(devices, k=rng.choice((1, 2, 64)))
    return ["probe", str(len(listed)), *listed]


def options(rng: random.Random, nr_legs: int, devices: list[str]) -> list[str]:
    modes = ["held", "fenced"] + (["live"] if nr_legs else [])
    known = [["write_through"],
             ["drain_ms", str(rng.choice((0, 1, 600000, rng.randrange(600001))))],
             ["write_ttl_ms", str(rng.randrange(1, 600001))],
             ["mode", rng.choice(modes)]]
    if nr_legs:
        known += [["hold_on_error"], ["lease_ms", str(rng.randrange(100, 600001))]]
    chosen = rng.sample(known, rng.randrange(len(known) + 1))
    if nr_legs == 1 and known[-1] in chosen:
        chosen.insert(rng.randrange(len(chosen) + 1), probe(rng, devices))
    return [word for option in chosen for word in option]


def line(rng: random.Random, devices: list[str]) -> str:
    chunk = 1 << rng.randrange(3, 11)
    nr_legs = legs(rng)
    leg_len = chunk * rng.randrange(1, 64)
    if nr_legs == 1:
        leg_len += 8 * rng.randrange(64)
    words = ["0", str(max(nr_legs, 1) * leg_len), "dnvme"]
    words += [str(epoch(rng)), str(chunk), str(nr_legs)]
    for _ in range(nr_legs):
        words += [rng.choice(devices), str(8 * rng.randrange((DEVICE_SECTORS - leg_len) // 8))]
    opts = options(rng, nr_legs, devices)
    return " ".join(words + [str(len(opts))] + opts)


def main() -> None:
    rng = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        print(line(rng, sys.argv[3:]))


if __name__ == "__main__":
    main()
