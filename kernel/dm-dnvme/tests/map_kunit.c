// SPDX-License-Identifier: GPL-2.0-only
/*
 * Map arithmetic against a model that deals out chunks one by one, and far
 * beyond the reach of that model against the inverse mapping.
 */

#include <kunit/test.h>
#include <linux/blk_types.h>
#include <linux/prandom.h>

#include "../map.h"

#define SEED 20

#define TIB_SECTORS ((sector_t)1 << (40 - SECTOR_SHIFT))

/* The model: where each sector of a small target lies. */
struct model {
	u32 nr_legs;
	u32 chunk;
	sector_t len;
	struct dnvme_spot *spot;
};

static struct rnd_state rnd;

static u32 random_below(u32 bound)
{
	return prandom_u32_state(&rnd) % bound;
}

static sector_t random_sector(sector_t bound)
{
	u64 low = prandom_u32_state(&rnd);

	return ((u64)prandom_u32_state(&rnd) << 32 | low) % bound;
}

static int map_init(struct kunit *test)
{
	prandom_seed_state(&rnd, SEED);
	return 0;
}

/* Deals one chunk to each leg in turn, sector by sector. */
static void deal(struct model *model)
{
	sector_t sector = 0, row = 0;
	u32 leg, i;

	for (; sector < model->len; row += model->chunk)
		for (leg = 0; leg < model->nr_legs; leg++)
			for (i = 0; i < model->chunk; i++)
				model->spot[sector++] = (struct dnvme_spot){ leg, row + i };
}

static void make_model(struct kunit *test, struct model *model, struct dnvme_geometry *geo)
{
	model->nr_legs = 1 + random_below(64);
	model->chunk = 8U << random_below(4);
	model->len = (sector_t)model->nr_legs * model->chunk * (1 + random_below(5));
	model->spot = kunit_kcalloc(test, model->len, sizeof(*model->spot), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, model->spot);
	deal(model);
	dnvme_geometry_init(geo, model->nr_legs, model->chunk, model->len);
}

static bool same_spot(struct dnvme_spot a, struct dnvme_spot b)
{
	return a.leg == b.leg && a.sector == b.sector;
}

static void check_sectors(struct kunit *test, const struct model *model,
			  const struct dnvme_geometry *geo)
{
	struct dnvme_spot spot;
	sector_t sector;

	for (sector = 0; sector < model->len; sector++) {
		spot = dnvme_map_sector(geo, sector);
		if (same_spot(spot, model->spot[sector]))
			continue;
		KUNIT_FAIL(test, "%u legs, chunk %u: sector %llu is at leg %u sector %llu",
			   model->nr_legs, model->chunk, sector, spot.leg, spot.sector);
		return;
	}
}

static void sectors_lie_where_they_were_dealt(struct kunit *test)
{
	struct dnvme_geometry geo;
	struct model model;
	int i;

	for (i = 0; i < 40; i++) {
		make_model(test, &model, &geo);
		KUNIT_EXPECT_EQ(test, geo.leg_len * model.nr_legs, model.len);
		check_sectors(test, &model, &geo);
		kunit_kfree(test, model.spot);
	}
}

/* What the model says of the part of a range that lies on a leg. */
static struct dnvme_extent count_range(const struct model *model, u32 leg, sector_t start,
				       sector_t len)
{
	struct dnvme_extent extent = { };
	sector_t sector;

	for (sector = start; sector < start + len; sector++) {
		if (model->spot[sector].leg != leg)
			continue;
		if (!extent.len)
			extent.start = model->spot[sector].sector;
		extent.len++;
	}
	return extent;
}

static void check_range(struct kunit *test, const struct model *model,
			const struct dnvme_geometry *geo)
{
	sector_t start = random_sector(model->len);
	sector_t len = 1 + random_sector(model->len - start);
	struct dnvme_extent extent, counted;
	u32 leg;

	for (leg = 0; leg < model->nr_legs; leg++) {
		extent = dnvme_map_range(geo, leg, start, len);
		counted = count_range(model, leg, start, len);
		KUNIT_EXPECT_EQ_MSG(test, extent.len, counted.len,
				    "%u legs, chunk %u, leg %u of %llu + %llu",
				    model->nr_legs, model->chunk, leg, start, len);
		if (counted.len)
			KUNIT_EXPECT_EQ(test, extent.start, counted.start);
	}
}

static void ranges_have_the_sectors_that_were_dealt(struct kunit *test)
{
	struct dnvme_geometry geo;
	struct model model;
	int i, k;

	for (i = 0; i < 15; i++) {
		make_model(test, &model, &geo);
		for (k = 0; k < 5; k++)
			check_range(test, &model, &geo);
		kunit_kfree(test, model.spot);
	}
}

/* The largest target that a geometry allows below @bound sectors. */
static sector_t make_large(struct dnvme_geometry *geo, sector_t bound)
{
	u32 nr_legs = 1 + random_below(64);
	u32 chunk = 8U << random_below(19);
	sector_t len = bound - bound % ((sector_t)nr_legs * chunk);

	dnvme_geometry_init(geo, nr_legs, chunk, len);
	return len;
}

static sector_t inverse(const struct dnvme_geometry *geo, struct dnvme_spot spot)
{
	sector_t row = spot.sector / geo->chunk_sectors;

	return (row * geo->nr_legs + spot.leg) * geo->chunk_sectors +
	       spot.sector % geo->chunk_sectors;
}

static void check_inverse(struct kunit *test, const struct dnvme_geometry *geo, sector_t sector)
{
	struct dnvme_spot spot = dnvme_map_sector(geo, sector);

	KUNIT_EXPECT_LT(test, spot.leg, geo->nr_legs);
	KUNIT_EXPECT_LT(test, spot.sector, geo->leg_len);
	KUNIT_EXPECT_EQ_MSG(test, inverse(geo, spot), sector, "%u legs, chunk %u",
			    geo->nr_legs, geo->chunk_sectors);
}

static void mapping_has_an_inverse_on_large_targets(struct kunit *test)
{
	struct dnvme_geometry geo;
	sector_t len;
	int i, k;

	for (i = 0; i < 200; i++) {
		len = make_large(&geo, (16 + random_sector(1000000)) * TIB_SECTORS);
		check_inverse(test, &geo, 0);
		check_inverse(test, &geo, len - 1);
		for (k = 0; k < 50; k++)
			check_inverse(test, &geo, random_sector(len));
	}
}

/* Every sector of the range once, and none of another's. */
static void check_large_range(struct kunit *test, const struct dnvme_geometry *geo,
			      sector_t start, sector_t len)
{
	struct dnvme_spot first, last;
	struct dnvme_extent extent;
	sector_t total = 0;
	u32 leg;

	for (leg = 0; leg < geo->nr_legs; leg++) {
		extent = dnvme_map_range(geo, leg, start, len);
		total += extent.len;
		if (!extent.len)
			continue;
		first = (struct dnvme_spot){ leg, extent.start };
		last = (struct dnvme_spot){ leg, extent.start + extent.len - 1 };
		KUNIT_EXPECT_GE(test, inverse(geo, first), start);
		KUNIT_EXPECT_LT(test, inverse(geo, last), start + len);
	}
	KUNIT_EXPECT_EQ(test, total, len);
}

static void large_ranges_lose_and_invent_nothing(struct kunit *test)
{
	struct dnvme_geometry geo;
	sector_t len, start;
	int i;

	for (i = 0; i < 200; i++) {
		len = make_large(&geo, (16 + random_sector(1000)) * TIB_SECTORS);
		start = random_sector(len);
		check_large_range(test, &geo, start, 1 + random_sector(len - start));
		check_large_range(test, &geo, 0, len);
	}
}

static void a_gate_maps_one_to_one(struct kunit *test)
{
	sector_t sector = 20 * TIB_SECTORS + 12345;
	struct dnvme_geometry geo;
	struct dnvme_spot spot;

	dnvme_geometry_init(&geo, 1, 8, 21 * TIB_SECTORS);
	spot = dnvme_map_sector(&geo, sector);
	KUNIT_EXPECT_EQ(test, spot.leg, 0);
	KUNIT_EXPECT_EQ(test, spot.sector, sector);
	KUNIT_EXPECT_EQ(test, geo.leg_len, 21 * TIB_SECTORS);
}

/* Worked out by hand: 17 TiB are 36507222016 sectors, 4563402752 chunks of 8. */
static void known_sectors_beyond_16_tib(struct kunit *test)
{
	struct dnvme_geometry geo;
	struct dnvme_spot spot;

	dnvme_geometry_init(&geo, 3, 8, 18 * TIB_SECTORS);
	spot = dnvme_map_sector(&geo, 36507222016ULL + 5);
	KUNIT_EXPECT_EQ(test, spot.leg, 2);
	KUNIT_EXPECT_EQ(test, spot.sector, 12169074005ULL);

	dnvme_geometry_init(&geo, 4, 8, 18 * TIB_SECTORS);
	spot = dnvme_map_sector(&geo, 36507222016ULL + 8 + 5);
	KUNIT_EXPECT_EQ(test, spot.leg, 1);
	KUNIT_EXPECT_EQ(test, spot.sector, 9126805509ULL);
}

static void a_standby_has_no_leg(struct kunit *test)
{
	struct dnvme_geometry geo;

	dnvme_geometry_init(&geo, 0, 8, 2048);
	KUNIT_EXPECT_EQ(test, geo.nr_legs, 0);
	KUNIT_EXPECT_EQ(test, geo.leg_len, 0);
}

static struct kunit_case map_cases[] = {
	KUNIT_CASE(sectors_lie_where_they_were_dealt),
	KUNIT_CASE(ranges_have_the_sectors_that_were_dealt),
	KUNIT_CASE(mapping_has_an_inverse_on_large_targets),
	KUNIT_CASE(large_ranges_lose_and_invent_nothing),
	KUNIT_CASE(a_gate_maps_one_to_one),
	KUNIT_CASE(known_sectors_beyond_16_tib),
	KUNIT_CASE(a_standby_has_no_leg),
	{ }
};

static struct kunit_suite map_suite = {
	.name = "dnvme-map",
	.init = map_init,
	.test_cases = map_cases,
};

kunit_test_suite(map_suite);
