/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The states of a path and what each event does in each of them: the table of
 * Documentation/design/head-states.rst, row by row. Pure.
 */
#ifndef NVME_MPATH_EXT_STATE_H
#define NVME_MPATH_EXT_STATE_H

#include <linux/bits.h>
#include <linux/types.h>

enum mp_state {
	MP_OFF,		/* no device */
	MP_READY,	/* well, takes no I/O */
	MP_ASKED,	/* its activation is under way */
	MP_ACTIVE,	/* acknowledged: takes I/O */
	MP_FAILED,	/* had an error, not well again yet */
	MP_GONE,	/* left or dead; closed when nothing is in flight */
	MP_NR_STATES
};

enum mp_event {
	/* Wishes, which a state may refuse. */
	MP_EV_JOIN,		/* its device was opened and checked */
	MP_EV_ASK,		/* it was chosen */
	MP_EV_YIELD,		/* another one shall take over */
	/* Facts, which are always accepted. */
	MP_EV_ACKNOWLEDGED,
	MP_EV_UNWILLING,	/* it answered, but would not */
	MP_EV_ERROR,		/* an I/O, a probe or an activation met one */
	MP_EV_WELL,		/* a probe found it well */
	MP_EV_LEAVE,		/* disabled, or its device went away */
	MP_EV_CLOSED,		/* nothing was in flight, the device is closed */
	MP_NR_EVENTS
};

/* What follows from a rule. */
#define MP_DOES_CLOSE	BIT(0)	/* takes I/O no more; what comes back is owed */
#define MP_DOES_ADMIT	BIT(1)	/* takes I/O; what is owed may go */
#define MP_DOES_CHOOSE	BIT(2)	/* the head looks again whom to ask */
#define MP_DOES_DRAIN	BIT(3)	/* closes the device once nothing is in flight */
#define MP_DOES_TELL	BIT(4)	/* a uevent */

struct mp_rule {
	bool refused;
	enum mp_state next;
	unsigned int does;
};

const struct mp_rule *mp_rule(enum mp_state state, enum mp_event event);

/* As in configfs. */
const char *mp_state_name(enum mp_state state);

#endif /* NVME_MPATH_EXT_STATE_H */
