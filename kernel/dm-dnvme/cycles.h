/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processor's cycle counter, as far as it can tell how long ago something was.
 */
#ifndef DNVME_CYCLES_H
#define DNVME_CYCLES_H

#include <linux/math64.h>
#include <linux/time64.h>
#include <linux/timex.h>
#include <linux/types.h>

#ifdef CONFIG_X86_TSC

/*
 * As far as the kernel knows by now, all processors count alike, at one rate,
 * and go on while they are idle.
 */
static inline bool dnvme_cycles_are_even(void)
{
	return boot_cpu_has(X86_FEATURE_CONSTANT_TSC) && !check_tsc_unstable();
}

static inline u64 dnvme_cycles_in(s64 ns)
{
	return mul_u64_u32_div(ns, tsc_khz, USEC_PER_SEC);
}

#else

static inline bool dnvme_cycles_are_even(void)
{
	return false;
}

static inline u64 dnvme_cycles_in(s64 ns)
{
	return 0;
}

#endif

#endif /* DNVME_CYCLES_H */
