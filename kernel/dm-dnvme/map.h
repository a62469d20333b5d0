/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a sector of the target lies: pure arithmetic, no device.
 *
 * Chunks are dealt out to the legs in turn:
 *
 *	target	|0    |1    |2    |3    |4    |5    |
 *	leg 0	|0    |3    |
 *	leg 1	|1    |4    |
 *	leg 2	|2    |5    |
 */
#ifndef DNVME_MAP_H
#define DNVME_MAP_H

#include <linux/log2.h>
#include <linux/types.h>

struct dnvme_geometry {
	u32 nr_legs;
	u32 chunk_sectors;	/* a power of two */
	u8 chunk_shift;
	s8 legs_shift;		/* -1: nr_legs is no power of two */
	sector_t leg_len;
};

struct dnvme_spot {
	u32 leg;
	sector_t sector;	/* relative to the leg's offset */
};

struct dnvme_extent {
	sector_t start;		/* relative to the leg's offset */
	sector_t len;
};

void dnvme_geometry_init(struct dnvme_geometry *geo, u32 nr_legs,
			 u32 chunk_sectors, sector_t len);

/* Where @sector, relative to the target's start, lies. */
struct dnvme_spot dnvme_map_sector(const struct dnvme_geometry *geo, sector_t sector);

/* The part of [@start, @start + @len) that lies on @leg; it may be empty. */
struct dnvme_extent dnvme_map_range(const struct dnvme_geometry *geo, u32 leg,
				    sector_t start, sector_t len);

#endif /* DNVME_MAP_H */
