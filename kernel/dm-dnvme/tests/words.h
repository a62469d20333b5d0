/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of words, as the parsers take them.
 */
#ifndef DNVME_TESTS_WORDS_H
#define DNVME_TESTS_WORDS_H

#include <kunit/test.h>

/* Long enough for a table line with all legs and all options. */
#define LINE_MAX_LEN 4096

/* Splits at spaces; what it returns lives as long as the test. */
char **words_of(struct kunit *test, const char *line, unsigned int *nr);

/* Appends to a line of LINE_MAX_LEN bytes. */
__printf(2, 3) void line_add(char *line, const char *format, ...);

#endif /* DNVME_TESTS_WORDS_H */
