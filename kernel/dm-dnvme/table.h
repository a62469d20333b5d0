/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table line, parsed and printed. Pure: devices are names here.
 */
#ifndef DNVME_TABLE_H
#define DNVME_TABLE_H

#include <linux/dm-dnvme.h>
#include <linux/types.h>

#include "options.h"

struct dnvme_leg_spec {
	const char *dev;
	sector_t offset;
};

struct dnvme_spec {
	u64 epoch;
	u32 chunk_sectors;
	u32 nr_legs;
	struct dnvme_leg_spec leg[DNVME_LEGS_MAX];
	struct dnvme_options opts;
};

/*
 * Takes the words after the target's name and the target's length. On failure
 * returns an errno and sets *@error. The leg names point into @argv.
 */
int dnvme_table_parse(struct dnvme_spec *spec, sector_t len,
		      unsigned int argc, char **argv, char **error);

/* Prints the very words that dnvme_table_parse() took; returns the length. */
unsigned int dnvme_table_emit(const struct dnvme_spec *spec, char *result, unsigned int maxlen);

#endif /* DNVME_TABLE_H */
