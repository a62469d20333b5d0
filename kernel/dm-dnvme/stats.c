// SPDX-License-Identifier: GPL-2.0-only

#include "stats.h"

static void sum_up(const struct dnvme_leg *leg, struct dnvme_leg_cpu *sum)
{
	const struct dnvme_leg_cpu *counts;
	unsigned int cpu, kind;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		counts = per_cpu_ptr(leg->cpu, cpu);
		for (kind = 0; kind < DNVME_NR_IO_KINDS; kind++) {
			sum->ios[kind] += READ_ONCE(counts->ios[kind]);
			sum->sectors[kind] += READ_ONCE(counts->sectors[kind]);
		}
	}
}

static unsigned int emit_leg(const struct dnvme_leg *leg, char *result, unsigned int maxlen)
{
	struct dnvme_leg_cpu sum;
	unsigned int sz = 0;

	sum_up(leg, &sum);
	DMEMIT(" %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu",
	       sum.ios[DNVME_READS], sum.sectors[DNVME_READS],
	       sum.ios[DNVME_WRITES], sum.sectors[DNVME_WRITES],
	       sum.ios[DNVME_DISCARDS], sum.sectors[DNVME_DISCARDS], sum.ios[DNVME_FLUSHES],
	       READ_ONCE(leg->held_ever), READ_ONCE(leg->probes), READ_ONCE(leg->expiries));
	return sz;
}

/*
 * <#legs> [<reads> <sectors> <writes> <sectors> <discards> <sectors> <flushes>
 *          <held> <probes> <expiries>]{#legs}
 */
void dnvme_stats_emit(const struct dnvme *d, char *result, unsigned int maxlen)
{
	unsigned int i, sz = 0;

	DMEMIT("%u", d->geo.nr_legs);
	for (i = 0; i < d->geo.nr_legs; i++)
		sz += emit_leg(&d->leg[i], result + sz, maxlen - sz);
}
