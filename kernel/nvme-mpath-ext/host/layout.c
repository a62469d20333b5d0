// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "layout.h"

/* None of the structures comes near it. */
#define MAX_OFFSET 4095
#define MAX_TEXT 256

static const struct {
	const char *name;
	unsigned int size;	/* and alignment */
} fields[LAYOUT_NR_FIELDS] = {
	[LAYOUT_CTRL_ADMIN_Q] = { "nvme_ctrl.admin_q", sizeof(void *) },
	[LAYOUT_CTRL_ADMIN_TAGSET] = { "nvme_ctrl.admin_tagset", sizeof(void *) },
	[LAYOUT_REQUEST_RESULT] = { "nvme_request.result", sizeof(u64) },
	[LAYOUT_REQUEST_STATUS] = { "nvme_request.status", sizeof(u16) },
};

static DEFINE_SPINLOCK(lock);	/* guards in_force */
static struct layout in_force = {
	.at = {
		[LAYOUT_CTRL_ADMIN_Q] = 56,
		[LAYOUT_CTRL_ADMIN_TAGSET] = 104,
		[LAYOUT_REQUEST_RESULT] = 8,
		[LAYOUT_REQUEST_STATUS] = 20,
	},
};

struct layout layout_in_force(void)
{
	struct layout layout;

	spin_lock(&lock);
	layout = in_force;
	spin_unlock(&lock);
	return layout;
}

/* ---- The parameter ------------------------------------------------------- */

static int find_field(const char *name)
{
	int i;

	for (i = 0; i < LAYOUT_NR_FIELDS; i++)
		if (!strcmp(fields[i].name, name))
			return i;
	return -EINVAL;
}

/* "nvme_ctrl.admin_q=56" */
static int parse_field(char *word, struct layout *layout)
{
	char *number = strchr(word, '=');
	unsigned int offset;
	int field;

	if (!number)
		return -EINVAL;
	*number++ = '\0';
	field = find_field(word);
	if (field < 0 || kstrtouint(number, 0, &offset) || offset > MAX_OFFSET ||
	    offset % fields[field].size)
		return -EINVAL;
	layout->at[field] = offset;
	return 0;
}

static int parse_layout(char *text, struct layout *layout)
{
	char *word;
	int r;

	while ((word = strsep(&text, ","))) {
		r = parse_field(word, layout);
		if (r) {
			pr_err("layout: '%s' names no known field, or no place where it could be\n",
			       word);
			return r;
		}
	}
	return 0;
}

static int set_layout(const char *value, const struct kernel_param *param)
{
	struct layout layout = layout_in_force();
	char text[MAX_TEXT];
	int r;

	if (strscpy(text, value, sizeof(text)) < 0)
		return -EINVAL;
	r = parse_layout(strim(text), &layout);
	if (r)
		return r;
	spin_lock(&lock);
	in_force = layout;
	spin_unlock(&lock);
	return 0;
}

static int get_layout(char *buffer, const struct kernel_param *param)
{
	struct layout layout = layout_in_force();
	int i, len = 0;

	for (i = 0; i < LAYOUT_NR_FIELDS; i++)
		len += scnprintf(buffer + len, PAGE_SIZE - len, "%s%s=%u", i ? "," : "",
				 fields[i].name, layout.at[i]);
	return len + scnprintf(buffer + len, PAGE_SIZE - len, "\n");
}

static const struct kernel_param_ops layout_ops = {
	.set = set_layout,
	.get = get_layout,
};

module_param_cb(layout, &layout_ops, NULL, 0644);
MODULE_PARM_DESC(layout, "offsets in bytes of private fields of the NVMe host: <struct>.<member>=<offset>,...");

/* ---- The check ----------------------------------------------------------- */

static const void *peek(const void *address)
{
	const void *value;

	return copy_from_kernel_nofault(&value, address, sizeof(value)) ? NULL : value;
}

/*
 * The tag sets of I/O and of the admin queue both know the controller; the path's
 * own is the first.
 */
static bool is_admin_set(const struct blk_mq_tag_set *set, const void *ctrl,
			 const struct blk_mq_tag_set *io_set)
{
	return set && set != io_set && peek(&set->driver_data) == ctrl;
}

static bool fits_request(const struct layout *layout, const struct blk_mq_tag_set *set, int field)
{
	return layout->at[field] + fields[field].size <= set->cmd_size;
}

struct request_queue *layout_admin_queue(const struct layout *layout, const void *ctrl,
					 const struct blk_mq_tag_set *io_set)
{
	const struct blk_mq_tag_set *set = peek(ctrl + layout->at[LAYOUT_CTRL_ADMIN_TAGSET]);
	const struct request_queue *q = peek(ctrl + layout->at[LAYOUT_CTRL_ADMIN_Q]);
	int field;

	field = LAYOUT_CTRL_ADMIN_TAGSET;
	if (!is_admin_set(set, ctrl, io_set))
		goto refuse;
	field = LAYOUT_CTRL_ADMIN_Q;
	if (!q || peek(&q->tag_set) != set)
		goto refuse;
	for (field = LAYOUT_REQUEST_RESULT; field < LAYOUT_NR_FIELDS; field++)
		if (!fits_request(layout, set, field))
			goto refuse;
	return (struct request_queue *)q;
refuse:
	pr_err("%s is not at byte %u in this kernel\n", fields[field].name, layout->at[field]);
	return ERR_PTR(-EINVAL);
}
