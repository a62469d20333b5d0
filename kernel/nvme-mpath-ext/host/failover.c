// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/wait.h>

#include "break.h"
#include "failover.h"
#include "path.h"
#include "queue.h"
#include "trace.h"

/* Where "in progress" came without advice when to ask again. */
#define ASK_AGAIN_MS 100

/* ---- whom to ask ---- */

static u64 ms_to_ns(unsigned int ms)
{
	return (u64)ms * NSEC_PER_MSEC;
}

static struct mp_choice choose(struct mp_head *head)
{
	const struct mp_settings *settings = &head->settings;
	const struct mp_situation situation = {
		.policy = settings->policy,
		.owed = head->owed,
		.wanted = head->wanted,
		.failback = READ_ONCE(settings->failback) && !head->pinned,
		.failback_delay = ms_to_ns(READ_ONCE(settings->failback_delay_ms)),
		.now = ktime_get_ns(),
	};
	u64 interval = ms_to_ns(READ_ONCE(settings->failover_interval_ms));
	struct mp_candidate candidate[MP_MAX_PATHS] = { };
	struct mp_path *path;

	for (path = mp_path_first(head); path; path = mp_path_after(path))
		candidate[path->slot] = (struct mp_candidate){
			.state = path->state,
			.priority = path->priority,
			.well_since = path->well_since_ns,
			.not_before = path->tried_ns ? path->tried_ns + interval : 0,
		};
	return mp_choose(&situation, candidate);
}

static void begin(struct mp_path *path)
{
	mp_path_apply(path, MP_EV_ASK, MP_START);
	path->tried_ns = ktime_get_ns();
	path->sent_ns = path->tried_ns;
	path->losses = path->head->losses;
	path->head->pinned = path->head->wanted == path->slot;
	if (path->head->pinned)
		path->head->wanted = MP_NO_PATH;
	percpu_ref_get(&path->in_flight);
}

static void look_again(struct mp_head *head, u64 again)
{
	u64 now = ktime_get_ns();

	if (again != U64_MAX)
		mod_delayed_work(mp_wq, &head->failover_work,
				 again > now ? nsecs_to_jiffies(again - now) + 1 : 0);
}

/* The path to be asked now, kept open; NULL: none. */
static struct mp_path *next_to_ask(struct mp_head *head)
{
	struct mp_path *path = NULL;
	struct mp_choice choice;

	spin_lock_irq(&head->lock);
	if (head->live) {
		choice = choose(head);
		if (choice.yields != MP_NO_PATH)
			mp_path_apply(mp_path_in(head, choice.yields), MP_EV_YIELD,
				      head->wanted == choice.path ? MP_USER : MP_FAILBACK);
		if (choice.path != MP_NO_PATH) {
			path = mp_path_in(head, choice.path);
			begin(path);
		} else {
			look_again(head, choice.again);
		}
	}
	spin_unlock_irq(&head->lock);
	return path;
}

int mp_failover_want(struct mp_path *path)
{
	struct mp_head *head = path->head;
	int r = 0;

	spin_lock_irq(&head->lock);
	if (path->state == MP_READY) {
		head->wanted = path->slot;
		mod_delayed_work(mp_wq, &head->failover_work, 0);
	} else if (path->state != MP_ACTIVE && path->state != MP_ASKED) {
		r = -EHOSTDOWN;
	}
	spin_unlock_irq(&head->lock);
	return r;
}

/* ---- asking it ---- */

/* The present owner is well, as far as we know. */
static bool is_planned(const struct mp_head *head)
{
	return !head->owed || (head->reason != MP_ERROR && head->reason != MP_DEVICE_GONE &&
			       head->reason != MP_UNWILLING);
}

static bool is_still_wanted(const struct mp_path *path)
{
	enum mp_state state = READ_ONCE(path->state);

	return READ_ONCE(path->head->live) && (state == MP_ASKED || state == MP_ACTIVE);
}

static struct activation_request make_request(struct mp_head *head, unsigned long deadline)
{
	struct activation_request request;

	spin_lock_irq(&head->lock);
	request.epoch = head->epoch;
	request.planned = is_planned(head);
	spin_unlock_irq(&head->lock);
	request.timeout_ms = time_before(jiffies, deadline) ?
			     jiffies_to_msecs(deadline - jiffies) : 1;
	return request;
}

/* A probe by the same method must not make it wait. */
static enum activation_verdict ask_once(struct mp_path *path, unsigned long deadline,
					struct activation_answer *answer)
{
	const struct activation_method *method = path->head->settings.activation;
	struct activation_request request = make_request(path->head, deadline);
	enum activation_verdict verdict;

	if (!mutex_trylock(&path->asking)) {
		if (method->cancel)
			method->cancel(&path->activation);
		mutex_lock(&path->asking);
	}
	verdict = method->activate(&path->activation, &request, answer);
	mutex_unlock(&path->asking);
	trace_mp_activation(path, &request, verdict, answer);
	return verdict;
}

/* Says whether the answer told of a newer epoch. */
static bool note_epoch(struct mp_head *head, u64 epoch)
{
	bool newer;

	spin_lock_irq(&head->lock);
	newer = epoch > head->epoch;
	if (newer)
		head->epoch = epoch;
	spin_unlock_irq(&head->lock);
	return newer;
}

/* How long to wait before the same path is asked again; 0: not again. */
static unsigned int ask_again_ms(struct mp_head *head, enum activation_verdict verdict,
				 const struct activation_answer *answer)
{
	bool newer = note_epoch(head, answer->epoch);

	if (verdict == ACTIVATION_IN_PROGRESS)
		return answer->retry_ms ? answer->retry_ms : ASK_AGAIN_MS;
	return verdict == ACTIVATION_STALE_EPOCH && newer ? 1 : 0;
}

static enum activation_verdict ask(struct mp_path *path, struct activation_answer *answer)
{
	struct mp_head *head = path->head;
	unsigned long deadline = jiffies +
		msecs_to_jiffies(READ_ONCE(head->settings.activation_timeout_ms));
	enum activation_verdict verdict;
	unsigned int again_ms;

	do {
		*answer = (struct activation_answer){ };
		verdict = ask_once(path, deadline, answer);
		again_ms = ask_again_ms(head, verdict, answer);
		if (again_ms)
			wait_event_timeout(head->changed, !is_still_wanted(path),
					   msecs_to_jiffies(again_ms));
	} while (again_ms && is_still_wanted(path) && time_before(jiffies, deadline));
	return verdict;
}

/* ---- what follows ---- */

static void record(struct mp_path *path)
{
	struct mp_head *head = path->head;
	struct mp_failover *last = &head->last_failover;

	if (head->reason != MP_START)
		head->failovers++;
	last->number = head->failovers;
	last->reason = head->reason;
	strscpy(last->from, head->lost, MP_NAME_LEN);
	strscpy(last->to, path->name, MP_NAME_LEN);
	last->detected_ns = head->lost_ns;
	last->sent_ns = path->sent_ns;
	last->acknowledged_ns = ktime_get_ns();
	last->completed_ns = 0;
	WRITE_ONCE(path->stamping, true);
	trace_mp_failover(head, last);
}

static void scan_once(struct mp_head *head)
{
	if (!head->scanned && head->live)
		queue_work(mp_wq, &head->scan_work);
	head->scanned = true;
}

/* What was lost after the question was asked is still owed an answer. */
static void acknowledge(struct mp_path *path)
{
	struct mp_head *head = path->head;

	mp_path_apply(path, MP_EV_ACKNOWLEDGED, MP_START);
	if (path->state != MP_ACTIVE || path->losses != head->losses)
		return;
	if (head->owed)
		record(path);
	head->owed = false;
	scan_once(head);
}

static void settle(struct mp_path *path, enum activation_verdict verdict)
{
	struct mp_head *head = path->head;

	spin_lock_irq(&head->lock);
	switch (verdict) {
	case ACTIVATION_ACKNOWLEDGED:
		acknowledge(path);
		break;
	case ACTIVATION_NO_ANSWER:
		mp_path_apply(path, MP_EV_ERROR, MP_ERROR);
		break;
	default:
		mp_path_apply(path, MP_EV_UNWILLING, MP_UNWILLING);
	}
	spin_unlock_irq(&head->lock);
}

static void activate(struct mp_path *path)
{
	struct mp_head *head = path->head;
	struct activation_answer answer;
	enum activation_verdict verdict;

	if (mp_break_activation())
		mp_queue_release(head);
	verdict = ask(path, &answer);
	if (verdict != ACTIVATION_ACKNOWLEDGED)
		pr_warn_ratelimited("%s: path %s is not activated: %s (%d)\n", head->name,
				    path->name, activation_verdict_name(verdict), answer.error);
	settle(path, verdict);
}

/* One question a run: then everything is looked at anew. */
void mp_failover_work(struct work_struct *work)
{
	struct mp_head *head = container_of(to_delayed_work(work), struct mp_head, failover_work);
	struct mp_path *path;

	mp_queue_release(head);
	path = next_to_ask(head);
	if (!path)
		return;
	activate(path);
	mp_path_release(path);
	mp_queue_release(head);
	spin_lock_irq(&head->lock);
	if (head->live)
		mod_delayed_work(mp_wq, &head->failover_work, 0);
	spin_unlock_irq(&head->lock);
}
