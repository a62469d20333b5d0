/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What names a namespace or logical unit: 16 bytes (NGUID, NAA, UUID) or 8
 * (EUI-64, NAA).
 */
#ifndef NVME_MPATH_EXT_IDENTITY_H
#define NVME_MPATH_EXT_IDENTITY_H

#include <linux/types.h>

struct block_device;

#define MP_ID_TEXT_LEN 40	/* with the terminating zero */

struct mp_identity {
	unsigned int len;	/* 16, 8, or 0: none */
	u8 id[16];
};

/* Empty text is none. Returns 0 or -EINVAL. */
int mp_identity_parse(const char *text, struct mp_identity *identity);

/* Returns @text, which is empty for none. */
const char *mp_identity_format(const struct mp_identity *identity, char text[MP_ID_TEXT_LEN]);

bool mp_identity_same(const struct mp_identity *a, const struct mp_identity *b);

/* What the device itself says, or none. */
void mp_identity_ask(struct block_device *bdev, struct mp_identity *identity);

#endif /* NVME_MPATH_EXT_IDENTITY_H */
