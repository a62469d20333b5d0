// SPDX-License-Identifier: GPL-2.0-only

#include <linux/blkdev.h>
#include <linux/kobject.h>

#include "event.h"
#include "path.h"

enum tell {
	TELL_ADDED,
	TELL_FAILED,
	TELL_READY,
	TELL_ACTIVE,
	TELL_REFUSED,
	TELL_GONE,
	TELL_OFF,
	NR_TELLS
};

static const char * const names[NR_TELLS] = {
	[TELL_ADDED] = "path-added",
	[TELL_FAILED] = "path-failed",
	[TELL_READY] = "path-ready",
	[TELL_ACTIVE] = "path-active",
	[TELL_REFUSED] = "path-refused",
	[TELL_GONE] = "path-gone",
	[TELL_OFF] = "path-off",
};

static enum tell tell_of(enum mp_event event, enum mp_state state)
{
	static const enum tell by_state[MP_NR_STATES] = {
		[MP_OFF] = TELL_OFF,
		[MP_READY] = TELL_READY,
		[MP_ACTIVE] = TELL_ACTIVE,
		[MP_FAILED] = TELL_FAILED,
		[MP_GONE] = TELL_GONE,
	};

	if (event == MP_EV_JOIN)
		return TELL_ADDED;
	if (event == MP_EV_UNWILLING)
		return TELL_REFUSED;
	return by_state[state];
}

void mp_event_path(struct mp_path *path, enum mp_event event)
{
	lockdep_assert_held(&path->head->lock);
	path->tells |= BIT(tell_of(event, path->state));
	if (path->head->live)
		queue_work(mp_wq, &path->head->event_work);
}

void mp_event_queue_timeout(struct mp_head *head)
{
	lockdep_assert_held(&head->lock);
	head->queue_timed_out = true;
	if (head->live)
		queue_work(mp_wq, &head->event_work);
}

static void send(struct mp_head *head, const char *event, const char *path)
{
	char words[3][MP_NAME_LEN + 16];
	char *env[4] = { words[0], words[1], words[2], NULL };

	snprintf(words[0], sizeof(words[0]), "MPATH_EVENT=%s", event);
	snprintf(words[1], sizeof(words[1]), "MPATH_PATH=%s", path);
	snprintf(words[2], sizeof(words[2]), "MPATH_STATE=%s", mp_head_state_name(head));
	kobject_uevent_env(&disk_to_dev(head->disk)->kobj, KOBJ_CHANGE, env);
}

/* Takes what is to be told of one slot; @path is for its name. */
static unsigned long take(struct mp_head *head, unsigned int slot, char *name)
{
	unsigned long tells = 0;
	struct mp_path *path;

	spin_lock_irq(&head->lock);
	path = mp_path_in(head, slot);
	if (path) {
		swap(tells, path->tells);
		strscpy(name, path->name, MP_NAME_LEN);
	}
	spin_unlock_irq(&head->lock);
	return tells;
}

static bool take_timeout(struct mp_head *head)
{
	bool timed_out = false;

	spin_lock_irq(&head->lock);
	swap(timed_out, head->queue_timed_out);
	spin_unlock_irq(&head->lock);
	return timed_out;
}

/* The disk is there: disabling the head waits for this before it goes. */
void mp_event_tell(struct work_struct *work)
{
	struct mp_head *head = container_of(work, struct mp_head, event_work);
	char name[MP_NAME_LEN];
	unsigned long tells;
	unsigned int slot, bit;

	for (slot = 0; slot < MP_MAX_PATHS; slot++) {
		tells = take(head, slot, name);
		for_each_set_bit(bit, &tells, NR_TELLS)
			send(head, names[bit], name);
	}
	if (take_timeout(head))
		send(head, "queue-timeout", "");
}
