/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stage for the target: above it a device-mapper core that does only what a
 * test says, below it a disk that notes what arrives and answers when told. The
 * constructor, the destructor and everything between them are the real ones.
 *
 * What happens is written down as a token trace, in the words of gate.h and
 * hold.h: "A1 S1 H2 release S2".
 */
#ifndef DNVME_TESTS_STAGE_H
#define DNVME_TESTS_STAGE_H

#include <dm-core.h>
#include <kunit/test.h>

#include "../dnvme.h"

#define STAGE_BIOS 4

struct stage;

/* A bio, with what dm core keeps with it. */
struct actor {
	struct dnvme_io per_bio;	/* directly before tio, as dm_per_bio_data() wants it */
	struct dm_target_io tio;
	struct dm_io io;
	struct stage *stage;
	unsigned int number;		/* 1 and on; it decides the sector */
	bool ended;
};

struct stage {
	struct kunit *test;
	struct mapped_device md;
	struct dm_table table;
	struct dm_target ti;
	struct gendisk *above;		/* dm core's own; never added */
	struct gendisk *below;
	struct bio_list pushed_back;
	struct bio_list probes;		/* below; this and the next: trace_lock */
	bool refusing_probes;		/* they come back at once, with an error */

	/* Called for each bio that reaches the disk below. */
	void (*on_submit)(struct stage *stage, unsigned int number);

	/* What an answer causes elsewhere is noted after the answer. */
	spinlock_t answer_lock;

	bool with_epochs;		/* trace as in gate.h: epochs, no numbers */
	spinlock_t trace_lock;
	char trace[256];		/* trace_lock */
	char answer[128];		/* to the last message, or status line */

	struct actor actor[STAGE_BIOS];
};

/*
 * Sets the stage: a target of @nr_legs, chunks of 8 sectors, epoch 1, options
 * @opts; the word DEV there stands for the disk below.
 */
struct stage *stage_set(struct kunit *test, unsigned int nr_legs, const char *opts);

/* Exchanges the target while the device is suspended. */
void stage_reload(struct stage *stage, unsigned int nr_legs, const char *opts);

static inline struct dnvme *stage_target(struct stage *stage)
{
	return stage->ti.private;
}

/* Bio @number arrives: a write, or what @opf says; or one that is @age_ms old already. */
void stage_arrive(struct stage *stage, unsigned int number);
void stage_arrive_as(struct stage *stage, unsigned int number, blk_opf_t opf);
void stage_arrive_old(struct stage *stage, unsigned int number, blk_opf_t opf,
		      unsigned int age_ms);

/* The disk below answers a bio, or the oldest probe that it has. */
void stage_answer(struct stage *stage, unsigned int number, blk_status_t status);
void stage_answer_probe(struct stage *stage, blk_status_t status);

/* How many probes the disk below has. */
unsigned int stage_probes(struct stage *stage);

/* Sends a message; returns what dm core would get, the text is in stage->answer. */
int stage_message(struct stage *stage, const char *text);

/* The same, and notes the message in the trace, with its error if it was refused. */
int stage_say(struct stage *stage, const char *text);

/* The status line. */
const char *stage_status(struct stage *stage);

/* Waits until a release has issued what it can. */
void stage_settle(struct stage *stage);

void stage_suspend(struct stage *stage, bool noflush);
/* dm core gives up a suspend because of a signal; the target is told later. */
void stage_interrupt_suspend(struct stage *stage);
void stage_resume(struct stage *stage);

__printf(2, 3) void stage_note(struct stage *stage, const char *format, ...);
void stage_note_receipt(struct stage *stage, bool drained);
void stage_note_error(struct stage *stage, int error);

void stage_expect_trace(struct stage *stage, const char *expected);

#endif /* DNVME_TESTS_STAGE_H */
