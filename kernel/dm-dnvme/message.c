// SPDX-License-Identifier: GPL-2.0-only

#include "gate.h"
#include "stats.h"

struct verb {
	const char *name;
	enum dnvme_event event;
	bool takes_epoch;
	unsigned int min_words, max_words;	/* without the verb; a time comes last */
	bool answers;
};

static const struct verb verbs[] = {
	{ DNVME_MSG_FENCE, DNVME_EV_FENCE, true, 1, 2, true },
	{ DNVME_MSG_OPEN, DNVME_EV_OPEN, true, 1, 1 },
	{ DNVME_MSG_HOLD, DNVME_EV_HOLD },
	{ DNVME_MSG_RELEASE, DNVME_EV_RELEASE },
	{ DNVME_MSG_FAIL_HELD, DNVME_EV_FAIL_HELD },
	{ DNVME_MSG_DRAIN, DNVME_EV_DRAIN, false, 1, 1, true },
};

static const struct verb *find_verb(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(name, verbs[i].name))
			return &verbs[i];
	return NULL;
}

static int parse_number(const char *word, u64 *value, const char **reason)
{
	if (dnvme_parse_u64(word, value)) {
		*reason = "the argument must be a decimal number below 2^64";
		return -EINVAL;
	}
	return 0;
}

static int parse_ms(const char *word, unsigned int *ms, const char **reason)
{
	u64 value;
	int r = parse_number(word, &value, reason);

	if (r)
		return r;
	if (value > DNVME_DRAIN_MS_MAX) {
		*reason = "the time must be 600000 ms or less";
		return -EINVAL;
	}
	*ms = value;
	return 0;
}

/* [<epoch>] [<ms>]; *@ms stays as it is if there is none. */
static int parse_arguments(const struct verb *verb, unsigned int nr_words, char **words,
			   u64 *epoch, unsigned int *ms, const char **reason)
{
	unsigned int next = 0;
	int r = 0;

	if (nr_words < verb->min_words || nr_words > verb->max_words) {
		*reason = "wrong number of words";
		return -EINVAL;
	}
	if (verb->takes_epoch)
		r = parse_number(words[next++], epoch, reason);
	if (!r && next < nr_words)
		r = parse_ms(words[next], ms, reason);
	return r;
}

/* <epoch> drained|undrained <in-flight when it closed> <held> <microseconds> */
static void emit_receipt(const struct dnvme_receipt *receipt, char *result, unsigned int maxlen)
{
	scnprintf(result, maxlen, "%llu %s %u %u %llu", receipt->epoch,
		  receipt->drained ? DNVME_RECEIPT_DRAINED : DNVME_RECEIPT_UNDRAINED,
		  receipt->in_flight, receipt->held, receipt->usecs);
}

static int gate_message(struct dnvme *d, unsigned int argc, char **argv,
			char *result, unsigned int maxlen, const char **reason)
{
	const struct verb *verb = find_verb(argv[0]);
	unsigned int drain_ms = d->spec.opts.drain_ms;
	struct dnvme_receipt receipt = { };
	u64 epoch = 0;
	int r;

	if (!verb) {
		*reason = "unknown message";
		return -EINVAL;
	}
	r = parse_arguments(verb, argc - 1, argv + 1, &epoch, &drain_ms, reason);
	if (r)
		return r;
	r = dnvme_gate_event(d, verb->event, epoch, drain_ms, &receipt, reason);
	if (r || !verb->answers)
		return r;
	emit_receipt(&receipt, result, maxlen);
	return 1;	/* dm core: there is an answer */
}

static const struct {
	const char *name;
	enum dnvme_leg_event event;
} leg_verbs[] = {
	{ DNVME_MSG_HOLD, DNVME_LEG_EV_HOLD },
	{ DNVME_MSG_RELEASE, DNVME_LEG_EV_RELEASE },
	{ DNVME_MSG_LEG_FAIL, DNVME_LEG_EV_FAIL },
};

/* leg <i> hold|release|fail */
static int leg_message(struct dnvme *d, unsigned int argc, char **argv, const char **reason)
{
	unsigned int i;
	u64 number;

	if (argc != 3) {
		*reason = "wrong number of words";
		return -EINVAL;
	}
	if (dnvme_parse_u64(argv[1], &number) || number >= d->geo.nr_legs) {
		*reason = "there is no leg of that number";
		return -EINVAL;
	}
	for (i = 0; i < ARRAY_SIZE(leg_verbs); i++)
		if (!strcmp(argv[2], leg_verbs[i].name))
			return dnvme_leg_event(&d->leg[number], leg_verbs[i].event, reason);
	*reason = "a leg knows hold, release and fail";
	return -EINVAL;
}

static int stats_message(const struct dnvme *d, unsigned int argc, char *result,
			 unsigned int maxlen, const char **reason)
{
	if (argc != 1) {
		*reason = "wrong number of words";
		return -EINVAL;
	}
	dnvme_stats_emit(d, result, maxlen);
	return 1;	/* dm core: there is an answer */
}

int dnvme_message(struct dm_target *ti, unsigned int argc, char **argv,
		  char *result, unsigned int maxlen)
{
	struct dnvme *d = ti->private;
	const char *reason;
	int r;

	if (!strcmp(argv[0], DNVME_MSG_LEG))
		r = leg_message(d, argc, argv, &reason);
	else if (!strcmp(argv[0], DNVME_MSG_STATS))
		r = stats_message(d, argc, result, maxlen, &reason);
	else
		r = gate_message(d, argc, argv, result, maxlen, &reason);
	if (r < 0)
		DMWARN_LIMIT("%s: message %s refused: %s", dnvme_name(d), argv[0], reason);
	return r;
}
