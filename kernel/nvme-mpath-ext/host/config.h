/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /sys/kernel/config/nvme_mpath_ext, described in
 * Documentation/ABI/testing/configfs-nvme-mpath-ext.
 */
#ifndef NVME_MPATH_EXT_CONFIG_H
#define NVME_MPATH_EXT_CONFIG_H

#include <linux/configfs.h>
#include <linux/string.h>

#include "head.h"

int mp_config_register(void);
void mp_config_unregister(void);

/* The directory "paths" of a head. */
extern const struct config_item_type mp_config_paths_type;

struct mp_config_head {
	struct config_group group;
	struct config_group paths;
	struct mp_head *head;
};

/* A written value without its newline; -EINVAL if it does not fit. */
static inline ssize_t mp_config_text(const char *page, size_t count, char *text, size_t size)
{
	size_t len = count && page[count - 1] == '\n' ? count - 1 : count;

	if (len >= size || memchr(page, '\0', len))
		return -EINVAL;
	memcpy(text, page, len);
	text[len] = '\0';
	return len;
}

int mp_config_identity(const char *page, size_t count, struct mp_identity *identity);

#endif /* NVME_MPATH_EXT_CONFIG_H */
