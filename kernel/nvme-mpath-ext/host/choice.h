/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which path takes the next I/O, and which is asked next to become active. Pure.
 */
#ifndef NVME_MPATH_EXT_CHOICE_H
#define NVME_MPATH_EXT_CHOICE_H

#include <linux/bitops.h>
#include <linux/types.h>

#include "state.h"

#define MP_MAX_PATHS 32
#define MP_NO_PATH MP_MAX_PATHS

enum mp_policy {
	MP_ACTIVE_STANDBY,
	MP_ROUND_ROBIN,
	MP_NR_POLICIES
};

struct mp_candidate {
	enum mp_state state;
	unsigned int priority;
	u64 well_since;		/* ns */
	u64 not_before;		/* ns: it was tried, and may be tried again then */
};

struct mp_situation {
	enum mp_policy policy;
	bool owed;		/* queued I/O waits for an acknowledgment */
	unsigned int wanted;	/* the user's, or MP_NO_PATH */
	bool failback;		/* automatic */
	u64 failback_delay;	/* ns */
	u64 now;
};

struct mp_choice {
	unsigned int path;	/* to be asked, or MP_NO_PATH */
	unsigned int yields;	/* which must make way for it first, or MP_NO_PATH */
	u64 again;		/* when to look again, U64_MAX: after the next event */
};

/* @candidate: MP_MAX_PATHS of them; empty slots are off. */
struct mp_choice mp_choose(const struct mp_situation *situation,
			   const struct mp_candidate *candidate);

/* The slot after @last in turn of those in @active, which is not empty. */
static inline unsigned int mp_next_in_turn(u32 active, unsigned int last)
{
	u32 later = active & ~((2u << last) - 1);

	return __ffs(later ? later : active);
}

#endif /* NVME_MPATH_EXT_CHOICE_H */
