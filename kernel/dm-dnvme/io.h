/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way of a bio: aimed at its leg, admitted or held, counted when it returns.
 */
#ifndef DNVME_IO_H
#define DNVME_IO_H

#include <linux/blk_types.h>

struct dm_target;
struct dnvme;

/* Set once everything else of the target is. */
blk_opf_t dnvme_special(const struct dnvme *d);

int dnvme_map(struct dm_target *ti, struct bio *bio);
int dnvme_end_io(struct dm_target *ti, struct bio *bio, blk_status_t *error);

#endif /* DNVME_IO_H */
