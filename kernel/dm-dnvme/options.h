/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The optional words of a table line. Pure.
 */
#ifndef DNVME_OPTIONS_H
#define DNVME_OPTIONS_H

#include <linux/dm-dnvme.h>
#include <linux/types.h>

#include "state.h"

enum dnvme_option {
	DNVME_OPTION_HOLD_ON_ERROR,
	DNVME_OPTION_WRITE_THROUGH,
	DNVME_OPTION_LEASE_MS,
	DNVME_OPTION_PROBE,
	DNVME_OPTION_WRITE_TTL_MS,
	DNVME_OPTION_DRAIN_MS,
	DNVME_OPTION_MODE,
	DNVME_NR_OPTIONS
};

struct dnvme_options {
	/* As given, so that the table prints in the very order loaded. */
	enum dnvme_option order[DNVME_NR_OPTIONS];
	unsigned int nr;
	unsigned long given;	/* a bit for each enum dnvme_option */

	enum dnvme_state mode;
	u32 drain_ms;
	u32 write_ttl_ms;	/* 0: none */
	u32 lease_ms;		/* 0: none */
	unsigned int nr_probes;
	const char *probe[DNVME_PROBES_MAX];
};

/*
 * Takes the words after <#opts>. On failure returns an errno and sets *@error.
 * @nr_legs decides what conflicts and which mode is the default. The names of
 * the devices to probe point into @argv.
 */
int dnvme_options_parse(struct dnvme_options *opts, unsigned int nr_legs,
			unsigned int argc, char **argv, char **error);

/* Prints "<#opts> [<opt> [<arg>...]]..."; returns the length. */
unsigned int dnvme_options_emit(const struct dnvme_options *opts,
				char *result, unsigned int maxlen);

static inline bool dnvme_option_given(const struct dnvme_options *opts, enum dnvme_option option)
{
	return opts->given & BIT(option);
}

/*
 * A decimal number in its one shortest form: a sign or a leading zero could
 * not be given back by the table line. Returns 0 or -EINVAL.
 */
int dnvme_parse_u64(const char *word, u64 *value);

#endif /* DNVME_OPTIONS_H */
