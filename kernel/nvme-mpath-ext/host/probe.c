// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/jiffies.h>

#include "path.h"
#include "probe.h"

/* A method may look for this long. */
#define MP_PROBE_TIMEOUT_MS 5000

/* What is no path error says that the path is well, whatever it says of the block. */
static int read_a_block(struct mp_path *path)
{
	struct block_device *bdev = path->dev.bdev;
	struct bio_vec vec;
	struct bio bio;
	int r;

	bio_init(&bio, bdev, &vec, 1, REQ_OP_READ | REQ_FAILFAST_MASK);
	__bio_add_page(&bio, path->page,
		       min_t(unsigned int, bdev_logical_block_size(bdev), PAGE_SIZE), 0);
	submit_bio_wait(&bio);
	r = blk_path_error(bio.bi_status) ? blk_status_to_errno(bio.bi_status) : 0;
	bio_uninit(&bio);
	return r;
}

static int ask_method(struct mp_path *path)
{
	int r;

	mutex_lock(&path->asking);
	r = path->head->settings.activation->probe(&path->activation, MP_PROBE_TIMEOUT_MS);
	mutex_unlock(&path->asking);
	return r;
}

static bool is_idle(const struct mp_path *path)
{
	enum mp_state state = READ_ONCE(path->state);

	return state == MP_READY || state == MP_FAILED;
}

/* The traffic of a path that was activated meanwhile tells more. */
static void settle(struct mp_path *path, int error)
{
	spin_lock_irq(&path->head->lock);
	if (is_idle(path))
		mp_path_apply(path, error ? MP_EV_ERROR : MP_EV_WELL, MP_ERROR);
	spin_unlock_irq(&path->head->lock);
}

/* A target that dies without a word may leave us waiting for longer than its user likes. */
static void watch(struct mp_path *path)
{
	const struct activation_method *method = path->head->settings.activation;
	unsigned int silence_ms = READ_ONCE(path->head->settings.silence_timeout_ms);

	if (silence_ms && method->watch)
		method->watch(&path->activation, MP_PROBE_MS / 2, silence_ms);
}

static void probe(struct mp_path *path)
{
	bool by_method = path->head->settings.activation->probe;

	if (is_idle(path))
		settle(path, by_method ? ask_method(path) : read_a_block(path));
	else if (READ_ONCE(path->state) == MP_ACTIVE)
		watch(path);
}

/* Keeps the device open; false: it is about to be closed. */
static bool hold(struct mp_path *path)
{
	bool held;

	spin_lock_irq(&path->head->lock);
	held = path->state != MP_GONE && path->state != MP_OFF;
	if (held)
		percpu_ref_get(&path->in_flight);
	spin_unlock_irq(&path->head->lock);
	return held;
}

/* Once the path has left, whoever drains it waits for this work. */
void mp_probe_work(struct work_struct *work)
{
	struct mp_path *path = container_of(to_delayed_work(work), struct mp_path, probe_work);

	if (!hold(path))
		return;
	if (disk_live(path->dev.bdev->bd_disk)) {
		queue_work(mp_wq, &path->head->follow_work);
		probe(path);
		queue_delayed_work(mp_wq, &path->probe_work, msecs_to_jiffies(MP_PROBE_MS));
	} else {
		pr_warn("%s: path %s: its device went away\n", path->head->name, path->name);
		mp_path_leave(path, MP_DEVICE_GONE);
	}
	mp_path_release(path);
}
