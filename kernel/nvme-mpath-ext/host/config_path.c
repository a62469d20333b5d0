// SPDX-License-Identifier: GPL-2.0-only

#include <linux/configfs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "config.h"
#include "path.h"

#define DEVICE_LEN 256
#define MAX_PRIORITY 255

/* All under head->mutex. */
struct path_config {
	struct config_item item;
	struct mp_head *head;
	char device[DEVICE_LEN];
	struct mp_identity stated;
	unsigned int priority;
	struct mp_path *path;	/* the last one; NULL: never enabled */
};

static struct path_config *to_path(struct config_item *item)
{
	return container_of(item, struct path_config, item);
}

static enum mp_state state_of(const struct path_config *config)
{
	return config->path ? READ_ONCE(config->path->state) : MP_OFF;
}

static bool is_enabled(const struct path_config *config)
{
	return state_of(config) != MP_OFF && state_of(config) != MP_GONE;
}

static ssize_t path_device_show(struct config_item *item, char *page)
{
	struct path_config *config = to_path(item);
	ssize_t len;

	mutex_lock(&config->head->mutex);
	len = sysfs_emit(page, "%s\n", config->device);
	mutex_unlock(&config->head->mutex);
	return len;
}

static ssize_t path_device_store(struct config_item *item, const char *page, size_t count)
{
	struct path_config *config = to_path(item);
	char text[DEVICE_LEN];
	int r = 0;

	if (mp_config_text(page, count, text, sizeof(text)) < 0)
		return -EINVAL;
	mutex_lock(&config->head->mutex);
	if (is_enabled(config))
		r = -EBUSY;
	else
		strscpy(config->device, text, sizeof(config->device));
	mutex_unlock(&config->head->mutex);
	return r ? r : count;
}
CONFIGFS_ATTR(path_, device);

static ssize_t path_uuid_show(struct config_item *item, char *page)
{
	struct path_config *config = to_path(item);
	char text[MP_ID_TEXT_LEN];

	mutex_lock(&config->head->mutex);
	mp_identity_format(&config->stated, text);
	mutex_unlock(&config->head->mutex);
	return sysfs_emit(page, "%s\n", text);
}

static ssize_t path_uuid_store(struct config_item *item, const char *page, size_t count)
{
	struct path_config *config = to_path(item);
	struct mp_identity identity;
	int r;

	r = mp_config_identity(page, count, &identity);
	if (r)
		return r;
	mutex_lock(&config->head->mutex);
	if (is_enabled(config))
		r = -EBUSY;
	else
		config->stated = identity;
	mutex_unlock(&config->head->mutex);
	return r ? r : count;
}
CONFIGFS_ATTR(path_, uuid);

static ssize_t path_priority_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(to_path(item)->priority));
}

static void set_priority(struct path_config *config, unsigned int priority)
{
	struct mp_head *head = config->head;

	WRITE_ONCE(config->priority, priority);
	if (!config->path)
		return;
	spin_lock_irq(&head->lock);
	config->path->priority = priority;
	if (head->live)
		mod_delayed_work(mp_wq, &head->failover_work, 0);
	spin_unlock_irq(&head->lock);
}

static ssize_t path_priority_store(struct config_item *item, const char *page, size_t count)
{
	struct path_config *config = to_path(item);
	unsigned int priority;
	char text[16];

	if (mp_config_text(page, count, text, sizeof(text)) < 0 ||
	    kstrtouint(text, 0, &priority) || priority > MAX_PRIORITY)
		return -EINVAL;
	mutex_lock(&config->head->mutex);
	set_priority(config, priority);
	mutex_unlock(&config->head->mutex);
	return count;
}
CONFIGFS_ATTR(path_, priority);

static int enable(struct path_config *config)
{
	const struct mp_path_config with = {
		.name = config_item_name(&config->item),
		.device = config->device,
		.stated = config->stated,
		.priority = config->priority,
	};
	struct mp_path *path;

	if (is_enabled(config))
		return 0;
	if (state_of(config) == MP_GONE)
		return -EBUSY;
	if (!*config->device)
		return -EINVAL;
	path = mp_path_open(config->head, &with);
	if (IS_ERR(path))
		return PTR_ERR(path);
	if (config->path)
		mp_path_put(config->path);
	config->path = path;
	return 0;
}

static ssize_t path_enable_show(struct config_item *item, char *page)
{
	struct path_config *config = to_path(item);
	bool enabled;

	mutex_lock(&config->head->mutex);
	enabled = is_enabled(config);
	mutex_unlock(&config->head->mutex);
	return sysfs_emit(page, "%d\n", enabled);
}

static ssize_t path_enable_store(struct config_item *item, const char *page, size_t count)
{
	struct path_config *config = to_path(item);
	char text[4];
	int r = 0;

	if (mp_config_text(page, count, text, sizeof(text)) != 1 ||
	    (*text != '0' && *text != '1'))
		return -EINVAL;
	mutex_lock(&config->head->mutex);
	if (*text == '1')
		r = enable(config);
	else if (config->path)
		mp_path_leave(config->path, MP_DISABLED);
	mutex_unlock(&config->head->mutex);
	return r ? r : count;
}
CONFIGFS_ATTR(path_, enable);

static ssize_t path_state_show(struct config_item *item, char *page)
{
	struct path_config *config = to_path(item);
	enum mp_state state;

	mutex_lock(&config->head->mutex);
	state = state_of(config);
	mutex_unlock(&config->head->mutex);
	return sysfs_emit(page, "%s\n", mp_state_name(state));
}
CONFIGFS_ATTR_RO(path_, state);

static ssize_t path_identity_show(struct config_item *item, char *page)
{
	struct path_config *config = to_path(item);
	char text[MP_ID_TEXT_LEN] = "none";

	mutex_lock(&config->head->mutex);
	if (config->path)
		mp_identity_format(&config->path->identity, text);
	mutex_unlock(&config->head->mutex);
	return sysfs_emit(page, "%s\n", text);
}
CONFIGFS_ATTR_RO(path_, identity);

static ssize_t path_errors_show(struct config_item *item, char *page)
{
	struct path_config *config = to_path(item);
	unsigned long errors;

	mutex_lock(&config->head->mutex);
	errors = config->path ? READ_ONCE(config->path->errors) : 0;
	mutex_unlock(&config->head->mutex);
	return sysfs_emit(page, "%lu\n", errors);
}
CONFIGFS_ATTR_RO(path_, errors);

static struct configfs_attribute *path_attrs[] = {
	&path_attr_device,
	&path_attr_uuid,
	&path_attr_priority,
	&path_attr_enable,
	&path_attr_state,
	&path_attr_identity,
	&path_attr_errors,
	NULL
};

static void path_config_release(struct config_item *item)
{
	struct path_config *config = to_path(item);

	if (config->path)
		mp_path_put(config->path);
	mp_head_put(config->head);
	kfree(config);
}

static struct configfs_item_operations path_item_ops = {
	.release = path_config_release,
};

static const struct config_item_type path_type = {
	.ct_item_ops = &path_item_ops,
	.ct_attrs = path_attrs,
	.ct_owner = THIS_MODULE,
};

/* ---- the directory of paths ---- */

static struct config_item *make_path(struct config_group *group, const char *name)
{
	struct path_config *config;

	if (strlen(name) >= MP_NAME_LEN)
		return ERR_PTR(-ENAMETOOLONG);
	config = kzalloc(sizeof(*config), GFP_KERNEL);
	if (!config)
		return ERR_PTR(-ENOMEM);
	config->head = container_of(group, struct mp_config_head, paths)->head;
	mp_head_get(config->head);
	config_item_init_type_name(&config->item, name, &path_type);
	return &config->item;
}

/* Its device is closed when nothing is in flight on it; nobody waits here. */
static void drop_path(struct config_group *group, struct config_item *item)
{
	struct path_config *config = to_path(item);

	mutex_lock(&config->head->mutex);
	if (config->path)
		mp_path_leave(config->path, MP_DISABLED);
	mutex_unlock(&config->head->mutex);
	config_item_put(item);
}

static struct configfs_group_operations paths_group_ops = {
	.make_item = make_path,
	.drop_item = drop_path,
};

const struct config_item_type mp_config_paths_type = {
	.ct_group_ops = &paths_group_ops,
	.ct_owner = THIS_MODULE,
};
