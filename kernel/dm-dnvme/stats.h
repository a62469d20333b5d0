/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was admitted to each leg since the table was loaded. The counts are those
 * of admission (gate.h), so a sum that is taken under load may be a little off.
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

/* Prints the answer to the message "stats". */
void dnvme_stats_emit(const struct dnvme *d, char *result, unsigned int maxlen);

#endif /* DNVME_STATS_H */
