// SPDX-License-Identifier: GPL-2.0-only
/*
 * Identities: what is written is what is read, and garbage is refused.
 */

#include <kunit/test.h>
#include <linux/string.h>

#include "../host/identity.h"

#define UUID "00112233-4455-6677-8899-aabbccddeeff"

static void round_trip(struct kunit *test)
{
	static const struct {
		const char *text;
		unsigned int len;
	} good[] = { { UUID, 16 }, { "0123456789abcdef", 8 }, { "", 0 } };
	struct mp_identity identity;
	char text[MP_ID_TEXT_LEN];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		KUNIT_ASSERT_EQ(test, mp_identity_parse(good[i].text, &identity), 0);
		KUNIT_EXPECT_EQ(test, identity.len, good[i].len);
		KUNIT_EXPECT_STREQ(test, mp_identity_format(&identity, text), good[i].text);
	}
}

/* The bytes are those of an NGUID: in the order in which they are written. */
static void in_order(struct kunit *test)
{
	struct mp_identity identity;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, mp_identity_parse(UUID, &identity), 0);
	for (i = 0; i < identity.len; i++)
		KUNIT_EXPECT_EQ(test, identity.id[i], 0x11 * i);
}

static void garbage_changes_nothing(struct kunit *test)
{
	static const char * const bad[] = {
		"x", "0123456789abcde", "0123456789abcdeg", "0123456789abcdef0",
		"00112233-4455-6677-8899-aabbccddeef", "00112233-4455-6677-8899-aabbccddeeffa",
		"00112233445566778899aabbccddeeff", "00112233-4455-6677-8899+aabbccddeeff",
	};
	struct mp_identity identity = { .len = 8, .id = "12345678" }, before = identity;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		KUNIT_EXPECT_EQ_MSG(test, mp_identity_parse(bad[i], &identity), -EINVAL, "%s",
				    bad[i]);
		KUNIT_EXPECT_TRUE(test, mp_identity_same(&identity, &before));
	}
}

static void length_counts(struct kunit *test)
{
	struct mp_identity eui64 = { .len = 8, .id = "12345678" };
	struct mp_identity nguid = { .len = 16, .id = "12345678" };

	KUNIT_EXPECT_FALSE(test, mp_identity_same(&eui64, &nguid));
	KUNIT_EXPECT_TRUE(test, mp_identity_same(&eui64, &eui64));
	nguid.len = 8;
	KUNIT_EXPECT_TRUE(test, mp_identity_same(&eui64, &nguid));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(round_trip),
	KUNIT_CASE(in_order),
	KUNIT_CASE(garbage_changes_nothing),
	KUNIT_CASE(length_counts),
	{ }
};

static struct kunit_suite suite = {
	.name = "nvme-mpath-ext-identity",
	.test_cases = cases,
};

kunit_test_suite(suite);
