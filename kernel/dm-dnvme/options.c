// SPDX-License-Identifier: GPL-2.0-only

#include <linux/bits.h>
#include <linux/ctype.h>
#include <linux/device-mapper.h>
#include <linux/dm-dnvme.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/stringify.h>

#include "options.h"

struct option_row {
	const char *name;
	unsigned int nr_args;
	/* Returns how many words beyond nr_args it took, or an errno with *error. */
	int (*parse)(const struct option_row *row, struct dnvme_options *opts,
		     unsigned int argc, char **args, char **error);
	unsigned int (*emit)(const struct option_row *row, const struct dnvme_options *opts,
			     char *result, unsigned int maxlen);
	/* Of an option that is a number of milliseconds: where it is kept, and its range. */
	size_t ms;
	u32 min;
	u32 max;
	char *range_error;
};

static const struct {
	const char *name;
	enum dnvme_state state;
} modes[] = {
	{ DNVME_MODE_HELD, DNVME_HELD },
	{ DNVME_MODE_LIVE, DNVME_LIVE },
	{ DNVME_MODE_FENCED, DNVME_FENCED },
};

int dnvme_parse_u64(const char *word, u64 *value)
{
	if (!isdigit(word[0]) || (word[0] == '0' && word[1]))
		return -EINVAL;
	return kstrtou64(word, 10, value) ? -EINVAL : 0;
}

static int parse_nothing(const struct option_row *row, struct dnvme_options *opts,
			 unsigned int argc, char **args, char **error)
{
	return 0;
}

static int parse_ms(const struct option_row *row, struct dnvme_options *opts,
		    unsigned int argc, char **args, char **error)
{
	u32 *ms = (void *)opts + row->ms;
	u64 value;

	if (dnvme_parse_u64(args[0], &value) || value < row->min || value > row->max) {
		*error = row->range_error;
		return -EINVAL;
	}
	*ms = value;
	return 0;
}

static unsigned int emit_ms(const struct option_row *row, const struct dnvme_options *opts,
			    char *result, unsigned int maxlen)
{
	const u32 *ms = (const void *)opts + row->ms;
	unsigned int sz = 0;

	DMEMIT(" %u", *ms);
	return sz;
}

static int parse_probe(const struct option_row *row, struct dnvme_options *opts,
		       unsigned int argc, char **args, char **error)
{
	unsigned int i;
	u64 nr;

	if (dnvme_parse_u64(args[0], &nr) || nr < 1 || nr > DNVME_PROBES_MAX) {
		*error = "probe wants a number of devices from 1 to 64";
		return -EINVAL;
	}
	if (argc < 1 + nr) {
		*error = "probe has fewer devices than announced";
		return -EINVAL;
	}
	opts->nr_probes = nr;
	for (i = 0; i < nr; i++)
		opts->probe[i] = args[1 + i];
	return nr;
}

static unsigned int emit_probe(const struct option_row *row, const struct dnvme_options *opts,
			       char *result, unsigned int maxlen)
{
	unsigned int i, sz = 0;

	DMEMIT(" %u", opts->nr_probes);
	for (i = 0; i < opts->nr_probes; i++)
		DMEMIT(" %s", opts->probe[i]);
	return sz;
}

static int parse_mode(const struct option_row *row, struct dnvme_options *opts,
		      unsigned int argc, char **args, char **error)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		if (!strcmp(args[0], modes[i].name)) {
			opts->mode = modes[i].state;
			return 0;
		}
	}
	*error = "mode must be held, live or fenced";
	return -EINVAL;
}

static unsigned int emit_mode(const struct option_row *row, const struct dnvme_options *opts,
			      char *result, unsigned int maxlen)
{
	unsigned int i, sz = 0;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		if (opts->mode == modes[i].state)
			DMEMIT(" %s", modes[i].name);
	return sz;
}

#define MS_RANGE(_field, _min, _max)					\
	offsetof(struct dnvme_options, _field), (_min), (_max),		\
	#_field " must be a number from " __stringify(_min) " to " __stringify(_max)

static const struct option_row rows[DNVME_NR_OPTIONS] = {
	[DNVME_OPTION_HOLD_ON_ERROR] = { DNVME_OPT_HOLD_ON_ERROR, 0, parse_nothing },
	[DNVME_OPTION_WRITE_THROUGH] = { DNVME_OPT_WRITE_THROUGH, 0, parse_nothing },
	[DNVME_OPTION_LEASE_MS] = { DNVME_OPT_LEASE_MS, 1, parse_ms, emit_ms,
		MS_RANGE(lease_ms, DNVME_LEASE_MS_MIN, DNVME_LEASE_MS_MAX) },
	[DNVME_OPTION_PROBE] = { DNVME_OPT_PROBE, 1, parse_probe, emit_probe },
	[DNVME_OPTION_WRITE_TTL_MS] = { DNVME_OPT_WRITE_TTL_MS, 1, parse_ms, emit_ms,
		MS_RANGE(write_ttl_ms, DNVME_WRITE_TTL_MS_MIN, DNVME_WRITE_TTL_MS_MAX) },
	[DNVME_OPTION_DRAIN_MS] = { DNVME_OPT_DRAIN_MS, 1, parse_ms, emit_ms,
		MS_RANGE(drain_ms, DNVME_DRAIN_MS_MIN, DNVME_DRAIN_MS_MAX) },
	[DNVME_OPTION_MODE] = { DNVME_OPT_MODE, 1, parse_mode, emit_mode },
};

static int find_option(const char *word, char **error)
{
	int i;

	for (i = 0; i < DNVME_NR_OPTIONS; i++)
		if (!strcmp(word, rows[i].name))
			return i;
	*error = "Unknown option";
	return -EINVAL;
}

/* Returns how many words the option took. */
static int parse_option(struct dnvme_options *opts, unsigned int argc, char **argv, char **error)
{
	int r, id = find_option(argv[0], error);

	if (id < 0)
		return id;
	if (dnvme_option_given(opts, id)) {
		*error = "Duplicated option";
		return -EINVAL;
	}
	if (argc < 1 + rows[id].nr_args) {
		*error = "Option lacks its argument";
		return -EINVAL;
	}
	r = rows[id].parse(&rows[id], opts, argc - 1, argv + 1, error);
	if (r < 0)
		return r;

	opts->given |= BIT(id);
	opts->order[opts->nr++] = id;
	return 1 + rows[id].nr_args + r;
}

static int check_lease(const struct dnvme_options *opts, unsigned int nr_legs, char **error)
{
	bool probe = dnvme_option_given(opts, DNVME_OPTION_PROBE);

	if (probe && !opts->lease_ms) {
		*error = "probe needs lease_ms";
		return -EINVAL;
	}
	if (probe && nr_legs != 1) {
		*error = "probe conflicts with more than one leg";
		return -EINVAL;
	}
	return 0;
}

static int check_conflicts(const struct dnvme_options *opts, unsigned int nr_legs, char **error)
{
	if (!nr_legs && dnvme_option_given(opts, DNVME_OPTION_HOLD_ON_ERROR)) {
		*error = "hold_on_error conflicts with zero legs";
		return -EINVAL;
	}
	if (!nr_legs && opts->mode == DNVME_LIVE) {
		*error = "mode live conflicts with zero legs";
		return -EINVAL;
	}
	if (!nr_legs && opts->lease_ms) {
		*error = "lease_ms conflicts with zero legs";
		return -EINVAL;
	}
	return check_lease(opts, nr_legs, error);
}

int dnvme_options_parse(struct dnvme_options *opts, unsigned int nr_legs,
			unsigned int argc, char **argv, char **error)
{
	opts->mode = nr_legs ? DNVME_LIVE : DNVME_HELD;
	opts->drain_ms = DNVME_DRAIN_MS_DEFAULT;

	while (argc) {
		int taken = parse_option(opts, argc, argv, error);

		if (taken < 0)
			return taken;
		argc -= taken;
		argv += taken;
	}
	return check_conflicts(opts, nr_legs, error);
}

static unsigned int count_words(const struct dnvme_options *opts)
{
	unsigned int i, words = 0;

	for (i = 0; i < opts->nr; i++)
		words += 1 + rows[opts->order[i]].nr_args;
	return words + opts->nr_probes;
}

unsigned int dnvme_options_emit(const struct dnvme_options *opts,
				char *result, unsigned int maxlen)
{
	unsigned int i, sz = 0;

	DMEMIT("%u", count_words(opts));
	for (i = 0; i < opts->nr; i++) {
		const struct option_row *row = &rows[opts->order[i]];

		DMEMIT(" %s", row->name);
		if (row->emit)
			sz += row->emit(row, opts, result + sz, maxlen - sz);
	}
	return sz;
}
