// SPDX-License-Identifier: GPL-2.0-only

#include <linux/string.h>

#include "words.h"

static void free_words(void *words)
{
	argv_free(words);
}

char **words_of(struct kunit *test, const char *line, unsigned int *nr)
{
	char **words;
	int count;

	words = argv_split(GFP_KERNEL, line, &count);
	KUNIT_ASSERT_NOT_NULL(test, words);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_words, words), 0);
	*nr = count;
	return words;
}

void line_add(char *line, const char *format, ...)
{
	size_t used = strlen(line);
	va_list args;

	va_start(args, format);
	vscnprintf(line + used, LINE_MAX_LEN - used, format, args);
	va_end(args);
}
