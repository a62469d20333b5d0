// SPDX-License-Identifier: GPL-2.0-only

#include <linux/blkdev.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uuid.h>

#include "identity.h"

/* As long as the digits of an identity of 8 bytes. */
#define EUI64_TEXT_LEN 16

int mp_identity_parse(const char *text, struct mp_identity *identity)
{
	struct mp_identity parsed = { };

	if (strlen(text) == UUID_STRING_LEN) {
		uuid_t uuid;

		if (uuid_parse(text, &uuid))
			return -EINVAL;
		parsed.len = sizeof(uuid);
		export_uuid(parsed.id, &uuid);
	} else if (strlen(text) == EUI64_TEXT_LEN) {
		parsed.len = EUI64_TEXT_LEN / 2;
		if (hex2bin(parsed.id, text, parsed.len))
			return -EINVAL;
	} else if (*text) {
		return -EINVAL;
	}
	*identity = parsed;
	return 0;
}

const char *mp_identity_format(const struct mp_identity *identity, char text[MP_ID_TEXT_LEN])
{
	if (identity->len == UUID_SIZE)
		snprintf(text, MP_ID_TEXT_LEN, "%pUb", identity->id);
	else
		snprintf(text, MP_ID_TEXT_LEN, "%*phN", identity->len, identity->id);
	return text;
}

bool mp_identity_same(const struct mp_identity *a, const struct mp_identity *b)
{
	return a->len == b->len && !memcmp(a->id, b->id, a->len);
}

void mp_identity_ask(struct block_device *bdev, struct mp_identity *identity)
{
	static const enum blk_unique_id types[] = { BLK_UID_EUI64, BLK_UID_NAA };
	struct gendisk *disk = bdev->bd_disk;
	unsigned int i;
	int len;

	memset(identity, 0, sizeof(*identity));
	/* A partition is not what the identity of its disk names. */
	if (!disk->fops->get_unique_id || bdev_is_partition(bdev))
		return;
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		len = disk->fops->get_unique_id(disk, identity->id, types[i]);
		if (len == 8 || len == 16) {
			identity->len = len;
			return;
		}
	}
}
