// SPDX-License-Identifier: GPL-2.0-only

#include <linux/kernel.h>
#include <linux/string.h>

#include "activation.h"

static const struct activation_method * const methods[] = {
	&activation_none,
	&activation_nvme,
	&activation_reservation,
};

const struct activation_method *activation_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(methods); i++)
		if (!strcmp(methods[i]->name, name))
			return methods[i];
	return NULL;
}

static const char * const verdict_names[ACTIVATION_NR_VERDICTS] = {
	[ACTIVATION_ACKNOWLEDGED] = "acknowledged",
	[ACTIVATION_IN_PROGRESS] = "in progress",
	[ACTIVATION_NOT_NOW] = "not now",
	[ACTIVATION_REFUSED] = "refused",
	[ACTIVATION_STALE_EPOCH] = "stale epoch",
	[ACTIVATION_NO_ANSWER] = "no answer",
};

const char *activation_verdict_name(enum activation_verdict verdict)
{
	return verdict_names[verdict];
}

/* Whatever serves: nobody has to be asked. */
static int none_attach(struct activation_path *path)
{
	return 0;
}

static enum activation_verdict none_activate(struct activation_path *path,
					     const struct activation_request *request,
					     struct activation_answer *answer)
{
	return ACTIVATION_ACKNOWLEDGED;
}

const struct activation_method activation_none = {
	.name = "none",
	.attach = none_attach,
	.activate = none_activate,
};
