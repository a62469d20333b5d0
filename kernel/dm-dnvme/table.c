// SPDX-License-Identifier: GPL-2.0-only

#include <linux/device-mapper.h>
#include <linux/log2.h>
#include <linux/math64.h>

#include "table.h"

static int parse_epoch(struct dnvme_spec *spec, const char *word, char **error)
{
	if (dnvme_parse_u64(word, &spec->epoch)) {
		*error = "Invalid epoch: want a decimal number below 2^64";
		return -EINVAL;
	}
	return 0;
}

static int parse_chunk(struct dnvme_spec *spec, const char *word, char **error)
{
	u64 chunk;

	if (dnvme_parse_u64(word, &chunk) || !is_power_of_2(chunk) ||
	    chunk < DNVME_CHUNK_SECTORS_MIN || chunk > DNVME_CHUNK_SECTORS_MAX) {
		*error = "Invalid chunk size: want a power of two from 8 to 2097152 sectors";
		return -EINVAL;
	}
	spec->chunk_sectors = chunk;
	return 0;
}

static int parse_nr_legs(struct dnvme_spec *spec, const char *word, char **error)
{
	u64 nr_legs;

	if (dnvme_parse_u64(word, &nr_legs) || nr_legs > DNVME_LEGS_MAX) {
		*error = "Invalid number of legs: want 0 to 64";
		return -EINVAL;
	}
	spec->nr_legs = nr_legs;
	return 0;
}

/* A gate takes any slice; a stripe deals out whole rows of chunks. */
static int check_len(const struct dnvme_spec *spec, sector_t len, char **error)
{
	u32 rest;

	if (spec->nr_legs < 2)
		return 0;
	div_u64_rem(len, spec->nr_legs * spec->chunk_sectors, &rest);
	if (rest) {
		*error = "Target length is no multiple of legs times chunk size";
		return -EINVAL;
	}
	return 0;
}

static int parse_leg(struct dnvme_leg_spec *leg, char **words, char **error)
{
	u64 offset;

	/* Beyond this a sector number has no byte position any more. */
	if (dnvme_parse_u64(words[1], &offset) || offset > LLONG_MAX >> SECTOR_SHIFT) {
		*error = "Invalid leg offset: want a sector number";
		return -EINVAL;
	}
	leg->dev = words[0];
	leg->offset = offset;
	return 0;
}

static int parse_legs(struct dnvme_spec *spec, struct dm_arg_set *as, char **error)
{
	unsigned int i;
	int r;

	if (as->argc < 2 * spec->nr_legs) {
		*error = "Not enough legs: want <dev> <offset> for each";
		return -EINVAL;
	}
	for (i = 0; i < spec->nr_legs; i++) {
		r = parse_leg(&spec->leg[i], as->argv, error);
		if (r)
			return r;
		dm_consume_args(as, 2);
	}
	return 0;
}

static int parse_opts(struct dnvme_spec *spec, struct dm_arg_set *as, char **error)
{
	const char *word = dm_shift_arg(as);
	u64 nr_words;

	if (!word || dnvme_parse_u64(word, &nr_words)) {
		*error = "Invalid or missing number of option words after the legs";
		return -EINVAL;
	}
	if (nr_words > as->argc) {
		*error = "Fewer option words than announced";
		return -EINVAL;
	}
	if (nr_words < as->argc) {
		*error = "Trailing words after the announced option words";
		return -EINVAL;
	}
	return dnvme_options_parse(&spec->opts, spec->nr_legs, as->argc, as->argv, error);
}

int dnvme_table_parse(struct dnvme_spec *spec, sector_t len,
		      unsigned int argc, char **argv, char **error)
{
	struct dm_arg_set as = { .argc = argc, .argv = argv };
	int r;

	if (argc < 4) {
		*error = "Not enough arguments: want <epoch> <chunk> <#legs> ... <#opts>";
		return -EINVAL;
	}
	r = parse_epoch(spec, dm_shift_arg(&as), error);
	if (!r)
		r = parse_chunk(spec, dm_shift_arg(&as), error);
	if (!r)
		r = parse_nr_legs(spec, dm_shift_arg(&as), error);
	if (!r)
		r = check_len(spec, len, error);
	if (!r)
		r = parse_legs(spec, &as, error);
	if (!r)
		r = parse_opts(spec, &as, error);
	return r;
}

unsigned int dnvme_table_emit(const struct dnvme_spec *spec, char *result, unsigned int maxlen)
{
	unsigned int i, sz = 0;

	DMEMIT("%llu %u %u ", spec->epoch, spec->chunk_sectors, spec->nr_legs);
	for (i = 0; i < spec->nr_legs; i++)
		DMEMIT("%s %llu ", spec->leg[i].dev, (unsigned long long)spec->leg[i].offset);
	sz += dnvme_options_emit(&spec->opts, result + sz, maxlen - sz);
	return sz;
}
