/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was admitted to each leg since the table was loaded. Counted per CPU
 * without a lock, so a sum that is taken under load may be a little behind.
 */
#ifndef DNVME_STATS_H
#define DNVME_STATS_H

#include "dnvme.h"

static inline enum dnvme_io_kind dnvme_io_kind(const struct bio *bio)
{
	if (bio_op(bio) == REQ_OP_READ)
		return DNVME_READS;
	if (bio_op(bio) != REQ_OP_WRITE)
		return DNVME_DISCARDS;
	return bio_sectors(bio) ? DNVME_WRITES : DNVME_FLUSHES;
}

static inline void dnvme_leg_account(struct dnvme_leg *leg, const struct bio *bio)
{
	enum dnvme_io_kind kind = dnvme_io_kind(bio);

	this_cpu_inc(leg->cpu->ios[kind]);
	this_cpu_add(leg->cpu->sectors[kind], bio_sectors(bio));
}

/* Prints the answer to the message "stats". */
void dnvme_stats_emit(const struct dnvme *d, char *result, unsigned int maxlen);

#endif /* DNVME_STATS_H */
