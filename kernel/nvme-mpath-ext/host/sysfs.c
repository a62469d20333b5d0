// SPDX-License-Identifier: GPL-2.0-only
/* Documentation/ABI/testing/sysfs-nvme-mpath-ext */

#include <linux/blkdev.h>
#include <linux/device.h>
#include <linux/sysfs.h>

#include "disk.h"
#include "path.h"

static struct mp_head *head_of(struct device *dev)
{
	return dev_to_disk(dev)->private_data;
}

/* A number that is guarded by head->lock. */
#define NUMBER(_name, _format, _value)							\
static ssize_t _name##_show(struct device *dev, struct device_attribute *attr, char *page) \
{											\
	struct mp_head *head = head_of(dev);						\
	typeof(_value) value;								\
											\
	spin_lock_irq(&head->lock);							\
	value = _value;									\
	spin_unlock_irq(&head->lock);							\
	return sysfs_emit(page, _format "\n", value);					\
}											\
static DEVICE_ATTR_RO(_name)

NUMBER(failovers, "%u", head->failovers);
NUMBER(queued, "%u", head->queue.len);
NUMBER(queued_ever, "%lu", head->queue.ever);
NUMBER(failed, "%lu", head->failed);
NUMBER(epoch, "%llu", head->epoch);

static ssize_t name_show(struct device *dev, struct device_attribute *attr, char *page)
{
	return sysfs_emit(page, "%s\n", head_of(dev)->name);
}
static DEVICE_ATTR_RO(name);

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *page)
{
	return sysfs_emit(page, "%s\n", mp_head_state_name(head_of(dev)));
}
static DEVICE_ATTR_RO(state);

static ssize_t active_path_show(struct device *dev, struct device_attribute *attr, char *page)
{
	int len = mp_head_active_names(head_of(dev), page, PAGE_SIZE - 1);

	return len + sysfs_emit_at(page, len, "\n");
}
static DEVICE_ATTR_RO(active_path);

static ssize_t path_errors_show(struct device *dev, struct device_attribute *attr, char *page)
{
	struct mp_head *head = head_of(dev);
	struct mp_path *path;
	int len = 0;

	spin_lock_irq(&head->lock);
	for (path = mp_path_first(head); path; path = mp_path_after(path))
		len += sysfs_emit_at(page, len, "%s %lu\n", path->name, path->errors);
	spin_unlock_irq(&head->lock);
	return len;
}
static DEVICE_ATTR_RO(path_errors);

static const char *name_or_none(const char *name)
{
	return *name ? name : "none";
}

static ssize_t last_failover_show(struct device *dev, struct device_attribute *attr, char *page)
{
	struct mp_head *head = head_of(dev);
	struct mp_failover last;

	spin_lock_irq(&head->lock);
	last = head->last_failover;
	spin_unlock_irq(&head->lock);
	return sysfs_emit(page, "%u %s %s %s %llu %llu %llu %llu\n", last.number,
			  mp_reason_names[last.reason], name_or_none(last.from),
			  name_or_none(last.to), last.detected_ns, last.sent_ns,
			  last.acknowledged_ns, last.completed_ns);
}
static DEVICE_ATTR_RO(last_failover);

static struct attribute *attributes[] = {
	&dev_attr_name.attr,
	&dev_attr_state.attr,
	&dev_attr_active_path.attr,
	&dev_attr_failovers.attr,
	&dev_attr_queued.attr,
	&dev_attr_queued_ever.attr,
	&dev_attr_failed.attr,
	&dev_attr_epoch.attr,
	&dev_attr_path_errors.attr,
	&dev_attr_last_failover.attr,
	NULL
};

static const struct attribute_group group = {
	.name = "head",
	.attrs = attributes,
};

const struct attribute_group *mp_disk_groups[] = {
	&group,
	NULL
};
