// SPDX-License-Identifier: GPL-2.0-only

#include <linux/configfs.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "config.h"
#include "failover.h"
#include "path.h"

/* As long as a number may be, or a word. */
#define VALUE_LEN 64

static struct mp_head *to_head(struct config_item *item)
{
	return container_of(to_config_group(item), struct mp_config_head, group)->head;
}

int mp_config_identity(const char *page, size_t count, struct mp_identity *identity)
{
	char text[MP_ID_TEXT_LEN];

	if (mp_config_text(page, count, text, sizeof(text)) < 0)
		return -EINVAL;
	return mp_identity_parse(text, identity);
}

/* ---- when what may change ---- */

static bool is_live(struct mp_head *head)
{
	return head->disk;
}

static bool has_paths(struct mp_head *head)
{
	bool any;

	spin_lock_irq(&head->lock);
	any = mp_path_first(head);
	spin_unlock_irq(&head->lock);
	return any;
}

static bool never(struct mp_head *head)
{
	return false;
}

/* What was changed may let the head go on, or give up. */
static void look_again(struct mp_head *head)
{
	spin_lock_irq(&head->lock);
	if (head->live) {
		mod_delayed_work(mp_wq, &head->failover_work, 0);
		mod_delayed_work(mp_wq, &head->expire_work, 0);
	}
	spin_unlock_irq(&head->lock);
}

/* ---- values ---- */

static int parse_number(const char *page, size_t count, u64 min, u64 max, u64 *value)
{
	char text[VALUE_LEN];

	if (mp_config_text(page, count, text, sizeof(text)) < 0 || kstrtou64(text, 0, value))
		return -EINVAL;
	return *value < min || *value > max ? -EINVAL : 0;
}

static int parse_word(const char *page, size_t count, const char * const *words, int nr)
{
	char text[VALUE_LEN];

	if (mp_config_text(page, count, text, sizeof(text)) < 0)
		return -EINVAL;
	return match_string(words, nr, text);
}

/* An unsigned int of the settings: a number, or the index of a word. */
struct setting {
	size_t offset;
	bool (*is_busy)(struct mp_head *head);
	u64 min;
	u64 max;			/* with words: the index of the last */
	const char * const *words;	/* NULL: a number */
	bool hex;
};

static unsigned int *value_of(struct mp_head *head, const struct setting *setting)
{
	return (void *)&head->settings + setting->offset;
}

static ssize_t show(struct config_item *item, const struct setting *setting, char *page)
{
	unsigned int value = READ_ONCE(*value_of(to_head(item), setting));

	if (setting->words)
		return sysfs_emit(page, "%s\n", setting->words[value]);
	return sysfs_emit(page, setting->hex ? "%#x\n" : "%u\n", value);
}

static int parse(const struct setting *setting, const char *page, size_t count, u64 *value)
{
	int word;

	if (!setting->words)
		return parse_number(page, count, setting->min, setting->max, value);
	word = parse_word(page, count, setting->words, setting->max + 1);
	*value = word;
	return word < 0 ? -EINVAL : 0;
}

static ssize_t store(struct config_item *item, const struct setting *setting,
		     const char *page, size_t count)
{
	struct mp_head *head = to_head(item);
	u64 value;
	int r;

	r = parse(setting, page, count, &value);
	if (r)
		return r;
	mutex_lock(&head->mutex);
	if (setting->is_busy(head)) {
		r = -EBUSY;
	} else {
		WRITE_ONCE(*value_of(head, setting), value);
		look_again(head);
	}
	mutex_unlock(&head->mutex);
	return r ?: count;
}

#define SETTING(_name, ...)							\
static const struct setting setting_##_name = {					\
	.offset = offsetof(struct mp_settings, _name),				\
	__VA_ARGS__								\
};										\
										\
static ssize_t head_##_name##_show(struct config_item *item, char *page)	\
{										\
	return show(item, &setting_##_name, page);				\
}										\
										\
static ssize_t head_##_name##_store(struct config_item *item, const char *page,	\
				    size_t count)				\
{										\
	return store(item, &setting_##_name, page, count);			\
}

SETTING(activation_timeout_ms, .is_busy = never, .min = 100, .max = 3600000)
CONFIGFS_ATTR(head_, activation_timeout_ms);

SETTING(queue_timeout_ms, .is_busy = never, .max = 86400000)
CONFIGFS_ATTR(head_, queue_timeout_ms);

SETTING(max_tries, .is_busy = never, .max = 1000)
CONFIGFS_ATTR(head_, max_tries);

SETTING(failover_interval_ms, .is_busy = never, .max = 600000)
CONFIGFS_ATTR(head_, failover_interval_ms);

SETTING(failback_delay_ms, .is_busy = never, .max = 86400000)
CONFIGFS_ATTR(head_, failback_delay_ms);

SETTING(silence_timeout_ms, .is_busy = never, .max = 3600000)
CONFIGFS_ATTR(head_, silence_timeout_ms);

SETTING(opcode, .is_busy = has_paths, .min = 0xc0, .max = 0xff, .hex = true)
CONFIGFS_ATTR(head_, opcode);

static const char * const policy_words[MP_NR_POLICIES] = {
	[MP_ACTIVE_STANDBY] = "active-standby",
	[MP_ROUND_ROBIN] = "round-robin",
};

SETTING(policy, .is_busy = is_live, .words = policy_words, .max = MP_NR_POLICIES - 1)
CONFIGFS_ATTR(head_, policy);

static const char * const failback_words[] = { "manual", "automatic" };

SETTING(failback, .is_busy = never, .words = failback_words, .max = 1)
CONFIGFS_ATTR(head_, failback);

static ssize_t head_pr_key_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%#018llx\n", READ_ONCE(to_head(item)->settings.pr_key));
}

static ssize_t head_pr_key_store(struct config_item *item, const char *page, size_t count)
{
	struct mp_head *head = to_head(item);
	u64 key;
	int r;

	r = parse_number(page, count, 0, U64_MAX, &key);
	if (r)
		return r;
	mutex_lock(&head->mutex);
	if (has_paths(head))
		r = -EBUSY;
	else
		WRITE_ONCE(head->settings.pr_key, key);
	mutex_unlock(&head->mutex);
	return r ?: count;
}
CONFIGFS_ATTR(head_, pr_key);

static ssize_t head_activation_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%s\n", READ_ONCE(to_head(item)->settings.activation)->name);
}

static ssize_t head_activation_store(struct config_item *item, const char *page, size_t count)
{
	const struct activation_method *method;
	struct mp_head *head = to_head(item);
	char text[VALUE_LEN];
	int r = 0;

	if (mp_config_text(page, count, text, sizeof(text)) < 0)
		return -EINVAL;
	method = activation_find(text);
	if (!method)
		return -EINVAL;
	mutex_lock(&head->mutex);
	if (has_paths(head))
		r = -EBUSY;
	else
		head->settings.activation = method;
	mutex_unlock(&head->mutex);
	return r ?: count;
}
CONFIGFS_ATTR(head_, activation);

static ssize_t head_uuid_show(struct config_item *item, char *page)
{
	struct mp_head *head = to_head(item);
	char text[MP_ID_TEXT_LEN];

	mutex_lock(&head->mutex);
	mp_identity_format(&head->settings.identity, text);
	mutex_unlock(&head->mutex);
	return sysfs_emit(page, "%s\n", text);
}

static ssize_t head_uuid_store(struct config_item *item, const char *page, size_t count)
{
	struct mp_head *head = to_head(item);
	struct mp_identity identity;
	int r;

	r = mp_config_identity(page, count, &identity);
	if (r)
		return r;
	mutex_lock(&head->mutex);
	if (has_paths(head))
		r = -EBUSY;
	else
		head->settings.identity = identity;
	mutex_unlock(&head->mutex);
	return r ?: count;
}
CONFIGFS_ATTR(head_, uuid);

/* ---- what is not a setting ---- */

static ssize_t head_enable_show(struct config_item *item, char *page)
{
	struct mp_head *head = to_head(item);
	bool live;

	mutex_lock(&head->mutex);
	live = is_live(head);
	mutex_unlock(&head->mutex);
	return sysfs_emit(page, "%d\n", live);
}

static ssize_t head_enable_store(struct config_item *item, const char *page, size_t count)
{
	struct mp_head *head = to_head(item);
	u64 enable;
	int r;

	r = parse_number(page, count, 0, 1, &enable);
	if (r)
		return r;
	mutex_lock(&head->mutex);
	if (enable && !is_live(head))
		r = mp_head_enable(head);
	else if (!enable && is_live(head))
		mp_head_disable(head);
	mutex_unlock(&head->mutex);
	return r ? r : count;
}
CONFIGFS_ATTR(head_, enable);

static ssize_t head_disk_show(struct config_item *item, char *page)
{
	struct mp_head *head = to_head(item);
	ssize_t len;

	mutex_lock(&head->mutex);
	len = sysfs_emit(page, "%s\n", head->disk ? head->disk->disk_name : "none");
	mutex_unlock(&head->mutex);
	return len;
}
CONFIGFS_ATTR_RO(head_, disk);

static ssize_t head_epoch_show(struct config_item *item, char *page)
{
	struct mp_head *head = to_head(item);
	u64 epoch;

	spin_lock_irq(&head->lock);
	epoch = head->epoch;
	spin_unlock_irq(&head->lock);
	return sysfs_emit(page, "%llu\n", epoch);
}

static ssize_t head_epoch_store(struct config_item *item, const char *page, size_t count)
{
	struct mp_head *head = to_head(item);
	u64 epoch;
	int r;

	r = parse_number(page, count, 0, U64_MAX, &epoch);
	if (r)
		return r;
	spin_lock_irq(&head->lock);
	if (head->live && epoch < head->epoch)
		r = -ESTALE;
	else
		head->epoch = epoch;
	spin_unlock_irq(&head->lock);
	return r ? r : count;
}
CONFIGFS_ATTR(head_, epoch);

static ssize_t head_active_path_show(struct config_item *item, char *page)
{
	int len = mp_head_active_names(to_head(item), page, PAGE_SIZE - 1);

	return len + sysfs_emit_at(page, len, "\n");
}

static int want(struct mp_head *head, const char *name)
{
	struct mp_path *path;
	int r;

	if (!is_live(head))
		return -ENODEV;
	if (head->round_robin)
		return -EOPNOTSUPP;
	path = mp_path_find(head, name);
	if (!path)
		return -ENOENT;
	r = mp_failover_want(path);
	mp_path_put(path);
	return r;
}

static ssize_t head_active_path_store(struct config_item *item, const char *page, size_t count)
{
	struct mp_head *head = to_head(item);
	char name[MP_NAME_LEN];
	int r;

	if (mp_config_text(page, count, name, sizeof(name)) <= 0)
		return -EINVAL;
	mutex_lock(&head->mutex);
	r = want(head, name);
	mutex_unlock(&head->mutex);
	return r ? r : count;
}
CONFIGFS_ATTR(head_, active_path);

static struct configfs_attribute *head_attrs[] = {
	&head_attr_enable,
	&head_attr_disk,
	&head_attr_uuid,
	&head_attr_policy,
	&head_attr_activation,
	&head_attr_activation_timeout_ms,
	&head_attr_queue_timeout_ms,
	&head_attr_max_tries,
	&head_attr_failover_interval_ms,
	&head_attr_failback,
	&head_attr_failback_delay_ms,
	&head_attr_silence_timeout_ms,
	&head_attr_opcode,
	&head_attr_pr_key,
	&head_attr_epoch,
	&head_attr_active_path,
	NULL
};

static void head_release(struct config_item *item)
{
	struct mp_config_head *config =
		container_of(to_config_group(item), struct mp_config_head, group);

	mp_head_put(config->head);
	kfree(config);
}

static struct configfs_item_operations head_item_ops = {
	.release = head_release,
};

static const struct config_item_type head_type = {
	.ct_item_ops = &head_item_ops,
	.ct_attrs = head_attrs,
	.ct_owner = THIS_MODULE,
};

/* ---- the directory of heads ---- */

static struct config_group *make_head(struct config_group *group, const char *name)
{
	struct mp_config_head *config;

	if (strlen(name) >= MP_NAME_LEN)
		return ERR_PTR(-ENAMETOOLONG);
	config = kzalloc(sizeof(*config), GFP_KERNEL);
	if (!config)
		return ERR_PTR(-ENOMEM);
	config->head = mp_head_create(name);
	if (!config->head) {
		kfree(config);
		return ERR_PTR(-ENOMEM);
	}
	config_group_init_type_name(&config->group, name, &head_type);
	config_group_init_type_name(&config->paths, "paths", &mp_config_paths_type);
	configfs_add_default_group(&config->paths, &config->group);
	return &config->group;
}

static void drop_head(struct config_group *group, struct config_item *item)
{
	struct mp_head *head = to_head(item);

	mutex_lock(&head->mutex);
	if (is_live(head))
		mp_head_disable(head);
	mutex_unlock(&head->mutex);
	config_item_put(item);
}

static struct configfs_group_operations heads_group_ops = {
	.make_group = make_head,
	.drop_item = drop_head,
};

static ssize_t heads_features_show(struct config_item *item, char *page)
{
	static const char * const methods[] = { "none", "nvme", "reservation" };
	unsigned int i;
	int len = 0;

	for (i = 0; i < MP_NR_POLICIES; i++)
		len += sysfs_emit_at(page, len, "policy=%s\n", policy_words[i]);
	for (i = 0; i < ARRAY_SIZE(methods); i++)
		if (activation_find(methods[i]))
			len += sysfs_emit_at(page, len, "activation=%s\n", methods[i]);
	len += sysfs_emit_at(page, len, "failback\nresize\nsilence\n");
	return len;
}
CONFIGFS_ATTR_RO(heads_, features);

static struct configfs_attribute *heads_attrs[] = {
	&heads_attr_features,
	NULL
};

static const struct config_item_type heads_type = {
	.ct_group_ops = &heads_group_ops,
	.ct_attrs = heads_attrs,
	.ct_owner = THIS_MODULE,
};

static struct configfs_subsystem subsystem = {
	.su_group = {
		.cg_item = {
			.ci_namebuf = "nvme_mpath_ext",
			.ci_type = &heads_type,
		},
	},
};

int mp_config_register(void)
{
	config_group_init(&subsystem.su_group);
	mutex_init(&subsystem.su_mutex);
	return configfs_register_subsystem(&subsystem);
}

void mp_config_unregister(void)
{
	configfs_unregister_subsystem(&subsystem);
}
