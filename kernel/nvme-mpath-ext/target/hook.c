// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nvme-mpath-ext.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "hook.h"
#include "layout.h"
#include "pending.h"

#define FIRST_VENDOR_OPCODE 0xc0

static int set_opcode(const char *text, const struct kernel_param *param)
{
	unsigned int value;
	int r = kstrtouint(text, 0, &value);

	if (!r && (value < FIRST_VENDOR_OPCODE || value > U8_MAX))
		r = -EINVAL;
	if (r) {
		pr_err("opcode must be a vendor specific one, 0xc0 to 0xff, not '%s'\n", text);
		return r;
	}
	*(unsigned int *)param->arg = value;
	return 0;
}

static const struct kernel_param_ops opcode_ops = {
	.set = set_opcode,
	.get = param_get_uint,
};

static unsigned int opcode = NVME_MPATH_EXT_OPCODE;
module_param_cb(opcode, &opcode_ops, &opcode, 0444);
MODULE_PARM_DESC(opcode, "admin opcode of Set Namespace Active, 0xc0 to 0xff (0xfe)");

static DEFINE_MUTEX(arming);
static bool armed;

/* What nvmet gets to hear of a claimed command. */
static u16 notrace accept(struct nvmet_req *req)
{
	return 0;
}

/*
 * Only a command without data: the transports execute it right after nvmet has
 * taken it, which hook_disarm() relies on. nvmet asks for I/O commands here too.
 * Not over nvme-loop: its host side gives up a request, and its memory, while the
 * target still has it.
 */
static bool is_ours(const struct nvmet_req *req)
{
	const struct nvme_common_command *cmd = &layout_cmd(req)->common;

	return cmd->opcode == opcode && !cmd->dptr.sgl.length && !layout_qid(req) &&
	       layout_ctrl(req) && layout_transport(req) != NVMF_TRTYPE_LOOP;
}

static int claim(struct kprobe *probe, struct pt_regs *regs)
{
	struct nvmet_req *req = (struct nvmet_req *)regs_get_kernel_argument(regs, 0);

	if (!READ_ONCE(armed) || !is_ours(req))
		return 0;
	layout_set_execute(req, pending_execute);
	instruction_pointer_set(regs, (unsigned long)accept);
	return 1;
}

NOKPROBE_SYMBOL(claim);

/*
 * Nothing to do; but with it the probe says that it changes where the function
 * returns to, and another user of that right is refused instead of being lost.
 */
static void after(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

NOKPROBE_SYMBOL(after);

static struct kprobe probe = {
	.symbol_name = "nvmet_report_invalid_opcode",
	.pre_handler = claim,
	.post_handler = after,
};

static int arm(void)
{
	int r;

	/* The kernel's own fields must be those of a probe that was never used. */
	probe.addr = NULL;
	probe.flags = 0;
	r = register_kprobe(&probe);
	if (r) {
		pr_err("%s cannot be hooked (%d): is it used by a livepatch or another tracer?\n",
		       probe.symbol_name, r);
		return -EBUSY;
	}
	WRITE_ONCE(armed, true);
	pr_info("armed: admin opcode %#x is Set Namespace Active\n", opcode);
	return 0;
}

int hook_arm(const struct nvmet_mpath_ext_layout *running)
{
	const char *field;
	u32 there, here;
	int r;

	r = layout_check(running, &field, &there, &here);
	if (r) {
		pr_err("not armed: %s is at byte %u in the running kernel, but at %u for this module: it was made for another kernel\n",
		       field, there, here);
		return r;
	}
	mutex_lock(&arming);
	if (!armed)
		r = arm();
	mutex_unlock(&arming);
	return r;
}

/*
 * 1. Nothing is claimed any more;
 * 2. no handler runs;
 * 3. nobody stands between accept() and the call of pending_execute(), but for
 * 4. a transport that leaves that call to nvmet's workqueue.
 */
void hook_disarm(void)
{
	mutex_lock(&arming);
	if (armed) {
		WRITE_ONCE(armed, false);
		unregister_kprobe(&probe);
		synchronize_rcu_tasks();
		flush_workqueue(nvmet_wq);
	}
	mutex_unlock(&arming);
}
