// SPDX-License-Identifier: GPL-2.0-only

#include "gate.h"
#include "hold.h"

static const char * const receipts[] = {
	[DNVME_NO_RECEIPT] = DNVME_RECEIPT_NONE,
	[DNVME_DRAINED] = DNVME_RECEIPT_DRAINED,
	[DNVME_UNDRAINED] = DNVME_RECEIPT_UNDRAINED,
};

/* A target that holds or is fenced speaks for its legs, but not for dead ones. */
static char leg_letter(const struct dnvme_leg *leg)
{
	if (leg->state != DNVME_LEG_DEAD && !dnvme_state_admits(leg->dnvme->state))
		return dnvme_state_letter(leg->dnvme->state);
	return dnvme_leg_letter(leg->state);
}

static void emit_info(struct dnvme *d, char *result, unsigned int maxlen)
{
	unsigned int i, sz = 0;

	spin_lock_irq(&d->lock);
	DMEMIT("%llu %c %s %u %u %u", d->epoch, dnvme_state_letter(d->state),
	       receipts[d->receipt], dnvme_in_flight(d), dnvme_held(d), d->geo.nr_legs);
	for (i = 0; i < d->geo.nr_legs; i++) {
		const struct dnvme_leg *leg = &d->leg[i];

		DMEMIT(" %c %u %u %u", leg_letter(leg), dnvme_leg_in_flight(leg), leg->held,
		       atomic_read(&leg->errors));
	}
	spin_unlock_irq(&d->lock);
}

static void emit_ima(const struct dnvme *d, char *result, unsigned int maxlen)
{
	unsigned int i, sz = 0;

	DMEMIT_TARGET_NAME_VERSION(d->ti->type);
	DMEMIT(",chunk_sectors=%u,legs=%u", d->geo.chunk_sectors, d->geo.nr_legs);
	for (i = 0; i < d->geo.nr_legs; i++)
		DMEMIT(",leg_%u_device_name=%s,leg_%u_offset=%llu", i, d->spec.leg[i].dev, i,
		       (unsigned long long)d->spec.leg[i].offset);
	DMEMIT(";");
}

/*
 * INFO
 * <epoch> <state> <receipt> <in-flight> <held> <#legs>
 *         [<leg-state> <in-flight> <held> <errors>]{#legs}
 *
 * TABLE
 * <epoch> <chunk_sectors> <#legs> [<dev> <offset>]{#legs}
 *         <#opts> [<opt> [<arg>...]]...
 */
void dnvme_status(struct dm_target *ti, status_type_t type, unsigned int status_flags,
		  char *result, unsigned int maxlen)
{
	struct dnvme *d = ti->private;

	switch (type) {
	case STATUSTYPE_INFO:
		emit_info(d, result, maxlen);
		break;
	case STATUSTYPE_TABLE:
		dnvme_table_emit(&d->spec, result, maxlen);
		break;
	case STATUSTYPE_IMA:
		emit_ima(d, result, maxlen);
		break;
	}
}
