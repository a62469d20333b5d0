// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/blkdev.h>
#include <linux/err.h>
#include <linux/nvme_ioctl.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "activate_nvme.h"
#include "activation.h"
#include "admin.h"
#include "command.h"

struct nvme_path {
	struct admin *admin;
	atomic_t cancels;
	u32 nsid;
	u32 told;	/* the failure that the log knows of */
};

/* How the head takes what the target said. */
static const enum activation_verdict verdicts[SNA_NR_VERDICTS] = {
	[SNA_DONE] = ACTIVATION_ACKNOWLEDGED,
	[SNA_IN_PROGRESS] = ACTIVATION_IN_PROGRESS,
	[SNA_NO_AGENT] = ACTIVATION_NOT_NOW,
	[SNA_REFUSED] = ACTIVATION_REFUSED,
	[SNA_STALE_EPOCH] = ACTIVATION_STALE_EPOCH,
	[SNA_NOT_FENCED] = ACTIVATION_NOT_NOW,
	[SNA_UNKNOWN] = ACTIVATION_REFUSED,
	[SNA_INVALID] = ACTIVATION_REFUSED,
	[SNA_PATH_ERROR] = ACTIVATION_NO_ANSWER,
	[SNA_ERROR] = ACTIVATION_NOT_NOW,
	[SNA_GARBAGE] = ACTIVATION_NOT_NOW,
};

/* ---- attach, detach ------------------------------------------------------ */

/* The namespace's number on its controller. The driver looks at no mode for this. */
static int find_nsid(struct block_device *bdev, u32 *nsid)
{
	int r = bdev->bd_disk->fops->ioctl(bdev, 0, NVME_IOCTL_ID, 0);

	if (r <= 0)
		return r ?: -ENXIO;
	*nsid = r;
	return 0;
}

static int refuse_path(const struct activation_path *path, const char *reason, int error)
{
	pr_err("%s: path %s: %pg cannot be activated by an NVMe command (%d): %s\n", path->head,
	       path->path, path->bdev, error, reason);
	return error;
}

static int nvme_attach(struct activation_path *path)
{
	const char *reason = "it does not tell its namespace identifier";
	struct nvme_path *p = kzalloc(sizeof(*p), GFP_KERNEL);
	int r;

	if (!p)
		return -ENOMEM;
	p->admin = admin_get(path->bdev, &reason);
	r = PTR_ERR_OR_ZERO(p->admin);
	if (r)
		goto free;
	r = find_nsid(path->bdev, &p->nsid);
	if (r)
		goto put;
	path->private = p;
	return 0;
put:
	admin_put(p->admin);
free:
	kfree(p);
	return refuse_path(path, reason, r);
}

static void nvme_detach(struct activation_path *path)
{
	struct nvme_path *p = path->private;

	admin_put(p->admin);
	kfree(p);
	path->private = NULL;
}

/* ---- The command --------------------------------------------------------- */

static int ask(struct nvme_path *p, const struct sna_request *request, unsigned int timeout_ms,
	       struct sna_reply *reply)
{
	struct admin_answer answer;
	struct nvme_command cmd;
	int r;

	sna_encode(request, &cmd);
	r = admin_ask(p->admin, &cmd, timeout_ms, &p->cancels, &answer);
	if (!r)
		sna_decode(request, answer.outcome, answer.status, answer.result, reply);
	return r;
}

/* Each failure once, until there is another or none. */
static void tell(const struct activation_path *path, const struct sna_reply *reply)
{
	struct nvme_path *p = path->private;
	u32 failure = reply->verdict == SNA_DONE ? 0 : reply->verdict << 16 | reply->status;
	bool news = failure && failure != p->told;

	p->told = failure;
	if (!news)
		return;
	pr_notice("%s: path %s: activation: %s (status %#x)\n", path->head, path->path,
		  sna_verdict_name(reply->verdict), reply->status);
	if (reply->verdict == SNA_UNKNOWN)
		pr_notice("%s: path %s: is nvmet-mpath-ext loaded and armed at the target, with opcode %#x?\n",
			  path->head, path->path, path->opcode);
}

static enum activation_verdict not_sent(int error)
{
	return error == -EBUSY ? ACTIVATION_NOT_NOW : ACTIVATION_NO_ANSWER;
}

static enum activation_verdict nvme_activate(struct activation_path *path,
					     const struct activation_request *request,
					     struct activation_answer *answer)
{
	struct nvme_path *p = path->private;
	struct sna_request sna = {
		.opcode = path->opcode,
		.action = NVME_MPATH_EXT_ACTIVATE,
		.flags = request->planned ? NVME_MPATH_EXT_PLANNED : 0,
		.nsid = p->nsid,
		.epoch = request->epoch,
	};
	struct sna_reply reply;

	answer->error = ask(p, &sna, request->timeout_ms, &reply);
	if (answer->error)
		return not_sent(answer->error);
	tell(path, &reply);
	answer->error = reply.status;
	answer->retry_ms = reply.retry_ms;
	if (reply.epoch_low)
		answer->epoch = sna_epoch(request->epoch, reply.epoch_low);
	return verdicts[reply.verdict];
}

/*
 * Linux targets take a command that they do not know for no sign of life, while a
 * Linux host that has got an answer thinks that it need not send any: so it is sent
 * here, lest the target give the connection up.
 */
static void keep_alive(struct nvme_path *p, unsigned int timeout_ms)
{
	struct nvme_command cmd = { .common.opcode = nvme_admin_keep_alive };
	struct admin_answer answer;

	admin_ask(p->admin, &cmd, timeout_ms, &p->cancels, &answer);
}

/* A standby path need not serve reads, but it answers a query. */
static int nvme_probe(struct activation_path *path, unsigned int timeout_ms)
{
	struct nvme_path *p = path->private;
	struct sna_request sna = {
		.opcode = path->opcode,
		.action = NVME_MPATH_EXT_QUERY,
		.nsid = p->nsid,
	};
	struct sna_reply reply;
	int r = ask(p, &sna, timeout_ms, &reply);

	if (r)
		return r;
	switch (reply.verdict) {
	case SNA_DONE:
	case SNA_IN_PROGRESS:
		return 0;
	case SNA_NO_AGENT:
		return -EAGAIN;
	case SNA_UNKNOWN:
		keep_alive(p, timeout_ms);
		return -EOPNOTSUPP;
	default:
		return -EIO;
	}
}

static void nvme_watch(struct activation_path *path, unsigned int interval_ms,
		       unsigned int silence_ms)
{
	struct nvme_path *p = path->private;

	admin_watch(p->admin, interval_ms, silence_ms);
}

static void nvme_cancel(struct activation_path *path)
{
	struct nvme_path *p = path->private;

	atomic_inc(&p->cancels);
	admin_cancelled(p->admin);
}

const struct activation_method activation_nvme = {
	.name = "nvme",
	.attach = nvme_attach,
	.detach = nvme_detach,
	.activate = nvme_activate,
	.probe = nvme_probe,
	.watch = nvme_watch,
	.cancel = nvme_cancel,
};

int activate_nvme_init(void)
{
	return admin_init();
}

void activate_nvme_exit(void)
{
	admin_exit();
}
