/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The target and its legs, as all files of the module see them.
 */
#ifndef DNVME_H
#define DNVME_H

#define DM_MSG_PREFIX "dnvme"

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/device-mapper.h>
#include <linux/dm-dnvme.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "map.h"
#include "state.h"
#include "table.h"

struct dnvme;
struct dnvme_probe;

/* What was admitted to a leg, by kind. */
enum dnvme_io_kind {
	DNVME_READS,
	DNVME_WRITES,
	DNVME_DISCARDS,		/* and write-zeroes, secure erase */
	DNVME_FLUSHES,		/* without data */
	DNVME_PROBES,		/* of the lease */
	DNVME_NR_IO_KINDS
};

struct dnvme_traffic {
	unsigned long entered;
	unsigned long refused;	/* of them, turned back at once */
	unsigned long bytes;	/* of those that were not */
};

/* What one CPU has seen; a bio may leave on another one than it entered on. */
struct dnvme_leg_cpu {
	struct dnvme_traffic traffic[DNVME_NR_IO_KINDS];
	unsigned long left;
};

/*
 * A target with zero legs has one without a device: it is always shut, and
 * carries what the target holds.
 */
struct dnvme_leg {
	/*
	 * Nothing new is admitted. Written under dnvme->lock; read without it
	 * by every I/O: see the traces in gate.h.
	 */
	bool shut;
	/* How long a look at the clock is good for, in cycles; see lease.h. */
	u64 window;
	u64 looked;		/* the cycle of the last look */
	s64 looked_ns;		/* and its time */
	s64 renewed_ns;		/* submission of a success; may lag, never leads */
	s64 renew_after_ns;	/* only a bio submitted later renews */
	struct dnvme_leg_cpu __percpu *cpu;
	struct dnvme *dnvme;
	struct dm_dev *dev;
	sector_t offset;

	enum dnvme_leg_state state;	/* this and what is held: dnvme->lock */
	struct bio_list held_bios;	/* in order of arrival */
	unsigned int held;
	unsigned long held_ever;
	unsigned long expiries;
	atomic_t errors;
};

/* What becomes of a bio that would have to be held. */
enum dnvme_suspending {
	DNVME_KEEP,		/* not suspending: it is held */
	DNVME_PUSH_BACK,	/* noflush suspend: back to dm core */
	DNVME_FAIL,		/* flushing suspend, removal: it fails */
};

/* See lease.h. Constant once constructed, but for @on. */
struct dnvme_lease {
	s64 ns;			/* 0: none */
	s64 grain_ns;
	u64 window;		/* of an open leg */
	bool by_traffic;
	bool on;		/* between resume and suspend; dnvme->lock */
	unsigned int nr_probes;
	struct dnvme_probe *probe;
	struct page *page;	/* what all probes read into, and nobody looks at */
	struct delayed_work work;
};

/* What the last fence was able to promise. */
enum dnvme_receipt_state {
	DNVME_NO_RECEIPT,	/* not fenced */
	DNVME_DRAINED,
	DNVME_UNDRAINED,
};

struct dnvme {
	/* Constant once constructed. */
	struct dm_target *ti;
	struct dnvme_geometry geo;
	sector_t shift;		/* one leg: from a sector of the target to the leg's */
	blk_opf_t special;	/* a bio with any of these needs more than aiming */
	blk_opf_t write_flags;	/* added to every write */
	bool hold_on_error;
	u64 write_ttl_ns;	/* 0: none */
	struct dnvme_spec spec;

	spinlock_t lock;	/* guards what follows, up to the ruler */
	enum dnvme_state state;
	enum dnvme_suspending suspending;
	u64 epoch;
	enum dnvme_receipt_state receipt;
	unsigned int opens;	/* how often a fenced gate was opened */
	/* ---------------------------------------------------------------- */

	struct work_struct release_work;
	wait_queue_head_t drain_wait;

	struct delayed_work event_work;
	unsigned long last_event;	/* jiffies; used by event_work only */

	struct dnvme_lease lease;

	unsigned int nr_all_legs;	/* with the one without a device */
	struct dnvme_leg leg[];
};

/* Per bio: where it is in flight, and how to repeat it. */
struct dnvme_io {
	struct dnvme_leg *leg;		/* NULL: nowhere */
	s64 sent_ns;			/* with a lease: not after its submission */
	bool repeatable;		/* this and below: with hold_on_error only */
	unsigned short flags;
	struct bvec_iter iter;
};

extern struct workqueue_struct *dnvme_wq;
extern struct target_type dnvme_target;

static inline struct dnvme_io *dnvme_bio_io(struct bio *bio)
{
	return dm_per_bio_data(bio, sizeof(struct dnvme_io));
}

static inline const struct dnvme_leg *dnvme_legs_end(const struct dnvme *d)
{
	return d->leg + d->nr_all_legs;
}

static inline unsigned int dnvme_leg_number(const struct dnvme_leg *leg)
{
	return leg - leg->dnvme->leg;
}

static inline dev_t dnvme_dev(const struct dnvme *d)
{
	return disk_devt(dm_disk(dm_table_get_md(d->ti->table)));
}

static inline const char *dnvme_name(const struct dnvme *d)
{
	return dm_device_name(dm_table_get_md(d->ti->table));
}

int dnvme_message(struct dm_target *ti, unsigned int argc, char **argv,
		  char *result, unsigned int maxlen);
void dnvme_status(struct dm_target *ti, status_type_t type, unsigned int status_flags,
		  char *result, unsigned int maxlen);

/* A dm event, soon and at most DNVME_EVENTS_PER_SECOND times a second. */
void dnvme_event_raise(struct dnvme *d);
void dnvme_event_init(struct dnvme *d);
void dnvme_event_exit(struct dnvme *d);

#endif /* DNVME_H */
