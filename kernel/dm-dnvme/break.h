/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Test only: a module built with DNVME_BREAK=<x> lacks one protection, so that
 * the tests can show that they notice. Everywhere else these are constants.
 */
#ifndef DNVME_BREAK_H
#define DNVME_BREAK_H

#include <linux/types.h>

#if defined(DNVME_BREAK_admission)
#define DNVME_BREAK "admission"
#elif defined(DNVME_BREAK_drain)
#define DNVME_BREAK "drain"
#elif defined(DNVME_BREAK_order)
#define DNVME_BREAK "order"
#elif defined(DNVME_BREAK_lease)
#define DNVME_BREAK "lease"
#endif

/* A closed gate admits all the same. */
static inline bool dnvme_break_admission(void)
{
#ifdef DNVME_BREAK_admission
	return true;
#else
	return false;
#endif
}

/* A receipt says drained without a look. */
static inline bool dnvme_break_drain(void)
{
#ifdef DNVME_BREAK_drain
	return true;
#else
	return false;
#endif
}

/* What is held leaves the newest first. */
static inline bool dnvme_break_order(void)
{
#ifdef DNVME_BREAK_order
	return true;
#else
	return false;
#endif
}

/* A lease never runs out. */
static inline bool dnvme_break_lease(void)
{
#ifdef DNVME_BREAK_lease
	return true;
#else
	return false;
#endif
}

#endif /* DNVME_BREAK_H */
