/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The states of a gate and what each event does in each of them: the table of
 * Documentation/design/write-ordering.rst, row by row. Pure.
 */
#ifndef DNVME_STATE_H
#define DNVME_STATE_H

#include <linux/types.h>

enum dnvme_state {
	DNVME_LIVE,
	DNVME_HELD,
	DNVME_FENCED,
	DNVME_NR_STATES
};

enum dnvme_event {
	DNVME_EV_FENCE,
	DNVME_EV_OPEN,
	DNVME_EV_HOLD,
	DNVME_EV_RELEASE,
	DNVME_EV_FAIL_HELD,
	DNVME_EV_DRAIN,
	DNVME_NR_EVENTS
};

/* What a gate must be before a rule may be applied. */
#define DNVME_NEEDS_LEG		BIT(0)	/* else -ENXIO */
#define DNVME_NEEDS_NEW_EPOCH	BIT(1)	/* else -ESTALE */
#define DNVME_NEEDS_DRAINED	BIT(2)	/* else -EBUSY */
#define DNVME_NEEDS_NONE_HELD	BIT(3)	/* else -EBUSY */

/* What follows from a rule, in this order. */
#define DNVME_DOES_CLOSE	BIT(8)	/* admit nothing any more */
#define DNVME_DOES_RAISE	BIT(9)	/* take the new epoch */
#define DNVME_DOES_RELEASE	BIT(10)	/* issue what is held, then admit */
#define DNVME_DOES_FAIL		BIT(11)	/* fail what is held */
#define DNVME_DOES_DRAIN	BIT(12)	/* wait for what is in flight, answer */

struct dnvme_rule {
	int error;		/* refused: a negative errno */
	const char *reason;	/* refused: why, and what to do */
	enum dnvme_state next;
	unsigned int flags;
};

const struct dnvme_rule *dnvme_rule(enum dnvme_state state, enum dnvme_event event);

char dnvme_state_letter(enum dnvme_state state);

/* What arrives is sent to the leg. */
bool dnvme_state_admits(enum dnvme_state state);

enum dnvme_leg_state {
	DNVME_LEG_LIVE,
	DNVME_LEG_HELD,
	DNVME_LEG_EXPIRED,	/* its lease has run out */
	DNVME_LEG_DEAD,
	DNVME_NR_LEG_STATES
};

enum dnvme_leg_event {
	DNVME_LEG_EV_HOLD,
	DNVME_LEG_EV_RELEASE,
	DNVME_LEG_EV_FAIL,
	DNVME_LEG_EV_ERROR,	/* a bio came back with one, and is to be held */
	DNVME_LEG_EV_EXPIRE,	/* the lease ran out */
	DNVME_LEG_EV_RENEW,	/* the lease runs again */
	DNVME_NR_LEG_EVENTS
};

enum dnvme_leg_state dnvme_leg_next(enum dnvme_leg_state state, enum dnvme_leg_event event);
char dnvme_leg_letter(enum dnvme_leg_state state);

/* What becomes of a bio on a leg in @leg_state of a target in @state. */
enum dnvme_fate {
	DNVME_IS_ADMITTED,
	DNVME_IS_HELD,
	DNVME_IS_FAILED,
};

enum dnvme_fate dnvme_fate(enum dnvme_state state, enum dnvme_leg_state leg_state);

/* What is held may still be sent to a leg later: by release, or after push-back. */
bool dnvme_state_keeps_held(enum dnvme_state state);

#endif /* DNVME_STATE_H */
