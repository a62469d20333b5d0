// SPDX-License-Identifier: GPL-2.0-only

#include <linux/blkdev.h>
#include <linux/math64.h>

#include "map.h"

/*
 * Divides a chunk number: returns the row, leaves the leg in @leg. The shift
 * saves the common counts a 64-bit division for each I/O.
 */
static sector_t split_chunk(const struct dnvme_geometry *geo, sector_t chunk, u32 *leg)
{
	if (geo->legs_shift >= 0) {
		*leg = chunk & (geo->nr_legs - 1);
		return chunk >> geo->legs_shift;
	}
	*leg = sector_div(chunk, geo->nr_legs);
	return chunk;
}

void dnvme_geometry_init(struct dnvme_geometry *geo, u32 nr_legs,
			 u32 chunk_sectors, sector_t len)
{
	geo->nr_legs = nr_legs;
	geo->chunk_sectors = chunk_sectors;
	geo->chunk_shift = ilog2(chunk_sectors);
	geo->legs_shift = is_power_of_2(nr_legs) ? ilog2(nr_legs) : -1;
	geo->leg_len = nr_legs ? div_u64(len, nr_legs) : 0;
}

struct dnvme_spot dnvme_map_sector(const struct dnvme_geometry *geo, sector_t sector)
{
	sector_t offset = sector & (geo->chunk_sectors - 1);
	struct dnvme_spot spot;
	sector_t row;

	row = split_chunk(geo, sector >> geo->chunk_shift, &spot.leg);
	spot.sector = (row << geo->chunk_shift) + offset;
	return spot;
}

/* The first sector on @leg that belongs to @sector of the target or a later one. */
static sector_t leg_sector_from(const struct dnvme_geometry *geo, u32 leg, sector_t sector)
{
	struct dnvme_spot spot = dnvme_map_sector(geo, sector);
	sector_t row;

	if (spot.leg == leg)
		return spot.sector;

	row = spot.sector >> geo->chunk_shift;
	if (leg < spot.leg)
		row++;
	return row << geo->chunk_shift;
}

struct dnvme_extent dnvme_map_range(const struct dnvme_geometry *geo, u32 leg,
				    sector_t start, sector_t len)
{
	struct dnvme_extent extent;

	extent.start = leg_sector_from(geo, leg, start);
	extent.len = leg_sector_from(geo, leg, start + len) - extent.start;
	return extent;
}
