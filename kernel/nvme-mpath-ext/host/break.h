/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Test only: a module built with DNVME_BREAK=activation lacks one protection, so
 * that the tests can show that they notice. Everywhere else this is a constant.
 */
#ifndef NVME_MPATH_EXT_BREAK_H
#define NVME_MPATH_EXT_BREAK_H

#include <linux/types.h>

#ifdef DNVME_BREAK_activation
#define DNVME_BREAK "activation"
#endif

/* What is queued goes to a path that was asked, without its acknowledgment. */
static inline bool mp_break_activation(void)
{
#ifdef DNVME_BREAK_activation
	return true;
#else
	return false;
#endif
}

#endif /* NVME_MPATH_EXT_BREAK_H */
