// SPDX-License-Identifier: GPL-2.0-only

#include "stats.h"

struct sums {
	unsigned long ios[DNVME_NR_IO_KINDS];
	unsigned long sectors[DNVME_NR_IO_KINDS];
};

static void sum_up(const struct dnvme_leg *leg, struct sums *sum)
{
	const struct dnvme_traffic *traffic;
	unsigned int cpu, kind;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		traffic = per_cpu_ptr(leg->cpu, cpu)->traffic;
		for (kind = 0; kind < DNVME_NR_IO_KINDS; kind++) {
			sum->ios[kind] += READ_ONCE(traffic[kind].entered) -
					  READ_ONCE(traffic[kind].refused);
			sum->sectors[kind] += READ_ONCE(traffic[kind].bytes);
		}
	}
	for (kind = 0; kind < DNVME_NR_IO_KINDS; kind++)
		sum->sectors[kind] >>= SECTOR_SHIFT;
}

static unsigned int emit_leg(const struct dnvme_leg *leg, char *result, unsigned int maxlen)
{
	struct sums sum;
	unsigned int sz = 0;

	sum_up(leg, &sum);
	DMEMIT(" %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu",
	       sum.ios[DNVME_READS], sum.sectors[DNVME_READS],
	       sum.ios[DNVME_WRITES], sum.sectors[DNVME_WRITES],
	       sum.ios[DNVME_DISCARDS], sum.sectors[DNVME_DISCARDS], sum.ios[DNVME_FLUSHES],
	       READ_ONCE(leg->held_ever), sum.ios[DNVME_PROBES], READ_ONCE(leg->expiries));
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
