// SPDX-License-Identifier: GPL-2.0-only

#include <linux/kernel.h>
#include <linux/limits.h>

#include "choice.h"

/* Priority first, then who has been well for longest. */
static bool is_better(const struct mp_candidate *a, const struct mp_candidate *b)
{
	if (a->priority != b->priority)
		return a->priority > b->priority;
	return a->well_since < b->well_since;
}

static bool is_due(const struct mp_candidate *c, const struct mp_situation *s)
{
	return c->not_before <= s->now;
}

static unsigned int best_in(enum mp_state state, bool due_only, const struct mp_situation *s,
			    const struct mp_candidate *c)
{
	unsigned int i, best = MP_NO_PATH;

	for (i = 0; i < MP_MAX_PATHS; i++) {
		if (c[i].state != state || (due_only && !is_due(&c[i], s)))
			continue;
		if (best == MP_NO_PATH || is_better(&c[i], &c[best]))
			best = i;
	}
	return best;
}

/* When the first path that is ready is due. */
static u64 first_due(const struct mp_candidate *c)
{
	u64 first = U64_MAX;
	unsigned int i;

	for (i = 0; i < MP_MAX_PATHS; i++)
		if (c[i].state == MP_READY)
			first = min(first, c[i].not_before);
	return first;
}

/*
 * Nobody is ruled out by the interval: if only such are left, the first that
 * becomes due is waited for.
 */
static void choose_ready(const struct mp_situation *s, const struct mp_candidate *c,
			 struct mp_choice *choice)
{
	if (s->wanted < MP_MAX_PATHS && c[s->wanted].state == MP_READY)
		choice->path = s->wanted;
	else
		choice->path = best_in(MP_READY, true, s, c);
	if (choice->path == MP_NO_PATH)
		choice->again = first_due(c);
}

/* From when on @i may take over without need. */
static u64 failback_time(unsigned int i, const struct mp_situation *s,
			 const struct mp_candidate *c)
{
	return max(c[i].well_since + s->failback_delay, c[i].not_before);
}

/* A path with a higher priority than the active one. */
static void choose_failback(const struct mp_situation *s, const struct mp_candidate *c,
			    unsigned int active, struct mp_choice *choice)
{
	unsigned int i, best = MP_NO_PATH;

	for (i = 0; i < MP_MAX_PATHS; i++) {
		if (c[i].state != MP_READY || c[i].priority <= c[active].priority)
			continue;
		if (failback_time(i, s, c) > s->now)
			choice->again = min(choice->again, failback_time(i, s, c));
		else if (best == MP_NO_PATH || is_better(&c[i], &c[best]))
			best = i;
	}
	if (best == MP_NO_PATH)
		return;
	choice->path = best;
	choice->yields = active;
}

static void choose_without_need(const struct mp_situation *s, const struct mp_candidate *c,
				struct mp_choice *choice)
{
	unsigned int active = best_in(MP_ACTIVE, false, s, c);

	if (s->wanted < MP_MAX_PATHS && c[s->wanted].state == MP_READY) {
		choice->path = s->wanted;
		choice->yields = active;
	} else if (s->failback && active != MP_NO_PATH) {
		choose_failback(s, c, active, choice);
	}
}

struct mp_choice mp_choose(const struct mp_situation *s, const struct mp_candidate *c)
{
	struct mp_choice choice = {
		.path = MP_NO_PATH, .yields = MP_NO_PATH, .again = U64_MAX,
	};

	/* A survivor vouches for what was lost; it serves meanwhile. */
	if (s->owed)
		choice.path = best_in(MP_ACTIVE, false, s, c);
	if (choice.path != MP_NO_PATH)
		return choice;
	if (s->owed || s->policy == MP_ROUND_ROBIN)
		choose_ready(s, c, &choice);
	else
		choose_without_need(s, c, &choice);
	return choice;
}
