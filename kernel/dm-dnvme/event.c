// SPDX-License-Identifier: GPL-2.0-only

#include <linux/jiffies.h>

#include "dnvme.h"
#include "gate.h"

#define DNVME_EVENTS_PER_SECOND 10

static void event_work(struct work_struct *work)
{
	struct dnvme *d = container_of(work, struct dnvme, event_work.work);

	dnvme_gate_settle(d);
	WRITE_ONCE(d->last_event, jiffies);
	dm_table_event(d->ti->table);
}

/*
 * An event that is raised while another waits is the same event: whoever is
 * woken reads the status, and that is the newest.
 */
void dnvme_event_raise(struct dnvme *d)
{
	unsigned long ready = READ_ONCE(d->last_event) + HZ / DNVME_EVENTS_PER_SECOND;
	unsigned long delay = time_before(jiffies, ready) ? ready - jiffies : 0;

	queue_delayed_work(dnvme_wq, &d->event_work, delay);
}

void dnvme_event_init(struct dnvme *d)
{
	INIT_DELAYED_WORK(&d->event_work, event_work);
	d->last_event = jiffies - HZ;
}

void dnvme_event_exit(struct dnvme *d)
{
	cancel_delayed_work_sync(&d->event_work);
}
