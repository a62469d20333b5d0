// SPDX-License-Identifier: GPL-2.0-only

#include <linux/blkdev.h>

#include "../io.h"
#include "stage.h"
#include "words.h"

#define BLOCK_SECTORS 8
#define LEG_SECTORS 1024

static_assert(offsetof(struct actor, tio) == sizeof(struct dnvme_io));

/* ---- The trace ----------------------------------------------------------- */

static void append(struct stage *stage, const char *separator, const char *text)
{
	unsigned long flags;

	spin_lock_irqsave(&stage->trace_lock, flags);
	if (stage->trace[0])
		strlcat(stage->trace, separator, sizeof(stage->trace));
	strlcat(stage->trace, text, sizeof(stage->trace));
	spin_unlock_irqrestore(&stage->trace_lock, flags);
}

void stage_note(struct stage *stage, const char *format, ...)
{
	char token[32];
	va_list args;

	va_start(args, format);
	vscnprintf(token, sizeof(token), format, args);
	va_end(args);
	append(stage, " ", token);
}

void stage_note_error(struct stage *stage, int error)
{
	switch (error) {
	case -EBUSY:
		return append(stage, "", "=EBUSY");
	case -ESTALE:
		return append(stage, "", "=ESTALE");
	case -EINVAL:
		return append(stage, "", "=EINVAL");
	case -ENXIO:
		return append(stage, "", "=ENXIO");
	default:
		return append(stage, "", "=?");
	}
}

void stage_expect_trace(struct stage *stage, const char *expected)
{
	KUNIT_EXPECT_STREQ(stage->test, (const char *)stage->trace, expected);
}

static void note_bio(struct actor *actor, const char *what, const char *mark)
{
	struct stage *stage = actor->stage;

	if (!stage->with_epochs)
		stage_note(stage, "%s%u%s", what, actor->number, mark);
	else if (what[0] == 'A')
		stage_note(stage, "A(%llu)", stage_target(stage)->epoch);
	else
		stage_note(stage, "%s%s", what, mark);
}

/* ---- dm core ------------------------------------------------------------- */

/* A later push-back goes before the earlier ones, as in dm core. */
static void push_back(struct actor *actor)
{
	note_bio(actor, "H", "'");
	bio_uninit(&actor->tio.clone);
	bio_list_add_head(&actor->stage->pushed_back, &actor->tio.clone);
}

/* What clone_endio() does. */
static void come_back(struct actor *actor, blk_status_t status)
{
	switch (dnvme_end_io(&actor->stage->ti, &actor->tio.clone, &status)) {
	case DM_ENDIO_INCOMPLETE:
		note_bio(actor, "H", "");
		break;
	case DM_ENDIO_REQUEUE:
		push_back(actor);
		break;
	case DM_ENDIO_DONE:
		actor->ended = true;
		note_bio(actor, status ? "X" : "C", status == BLK_STS_AGAIN ? "=AGAIN" : "");
		break;
	}
}

/* The target ended the bio by itself. */
static void end_bio(struct bio *bio)
{
	struct actor *actor = bio->bi_private;

	if (bio->bi_status == BLK_STS_DM_REQUEUE)
		push_back(actor);
	else
		come_back(actor, bio->bi_status);
}

static void prepare(struct stage *stage, unsigned int number, blk_opf_t opf)
{
	struct actor *actor = &stage->actor[number - 1];
	struct bio *bio = &actor->tio.clone;

	actor->stage = stage;
	actor->number = number;
	actor->ended = false;
	actor->io.start_time = jiffies;
	actor->tio.io = &actor->io;
	bio_init(bio, stage->above->part0, NULL, 0, opf);
	bio->bi_iter.bi_sector = (number - 1) * BLOCK_SECTORS;
	bio->bi_iter.bi_size = BLOCK_SECTORS << SECTOR_SHIFT;
	bio->bi_end_io = end_bio;
	bio->bi_private = actor;
}

/* What __map_bio() does. */
static void map(struct actor *actor)
{
	switch (dnvme_map(&actor->stage->ti, &actor->tio.clone)) {
	case DM_MAPIO_REMAPPED:
		note_bio(actor, "A", "");
		submit_bio_noacct(&actor->tio.clone);
		break;
	case DM_MAPIO_REQUEUE:
		push_back(actor);
		break;
	case DM_MAPIO_SUBMITTED:
		if (!actor->ended)
			note_bio(actor, "H", "");
		break;
	}
}

void stage_arrive_as(struct stage *stage, unsigned int number, blk_opf_t opf)
{
	stage_arrive_old(stage, number, opf, 0);
}

void stage_arrive(struct stage *stage, unsigned int number)
{
	stage_arrive_as(stage, number, REQ_OP_WRITE);
}

void stage_arrive_old(struct stage *stage, unsigned int number, blk_opf_t opf,
		      unsigned int age_ms)
{
	struct actor *actor = &stage->actor[number - 1];

	prepare(stage, number, opf);
	actor->io.start_time -= msecs_to_jiffies(age_ms);
	map(actor);
}

int stage_message(struct stage *stage, const char *text)
{
	unsigned int argc;
	char **argv = words_of(stage->test, text, &argc);

	stage->answer[0] = '\0';
	return dnvme_message(&stage->ti, argc, argv, stage->answer, sizeof(stage->answer));
}

int stage_say(struct stage *stage, const char *text)
{
	int r;

	stage_note(stage, "%s", text);
	r = stage_message(stage, text);
	if (r < 0)
		stage_note_error(stage, r);
	return r;
}

const char *stage_status(struct stage *stage)
{
	dnvme_status(&stage->ti, STATUSTYPE_INFO, 0, stage->answer, sizeof(stage->answer));
	return stage->answer;
}

void stage_settle(struct stage *stage)
{
	flush_work(&stage_target(stage)->release_work);
}

void stage_suspend(struct stage *stage, bool noflush)
{
	stage_note(stage, noflush ? "suspend(noflush)" : "suspend");
	if (noflush)
		set_bit(DMF_NOFLUSH_SUSPENDING, &stage->md.flags);
	stage->ti.type->presuspend(&stage->ti);
}

void stage_interrupt_suspend(struct stage *stage)
{
	stage_note(stage, "interrupted");
	clear_bit(DMF_NOFLUSH_SUSPENDING, &stage->md.flags);
}

void stage_resume(struct stage *stage)
{
	struct actor *actor;
	struct bio *bio;

	stage_note(stage, "resume");
	clear_bit(DMF_NOFLUSH_SUSPENDING, &stage->md.flags);
	stage->ti.type->resume(&stage->ti);
	while ((bio = bio_list_pop(&stage->pushed_back))) {
		actor = bio->bi_private;
		prepare(stage, actor->number, bio->bi_opf);
		map(actor);
	}
}

/* ---- The disk below ------------------------------------------------------ */

static void keep_probe(struct stage *stage, struct bio *bio)
{
	unsigned long flags;
	bool refused;

	spin_lock_irqsave(&stage->trace_lock, flags);
	refused = stage->refusing_probes;
	if (!refused)
		bio_list_add(&stage->probes, bio);
	spin_unlock_irqrestore(&stage->trace_lock, flags);
	if (refused)
		bio_io_error(bio);
}

static void observe(struct bio *bio)
{
	struct stage *stage = bio->bi_bdev->bd_disk->private_data;
	struct actor *actor = bio->bi_private;

	if (bio->bi_end_io != end_bio)
		return keep_probe(stage, bio);
	note_bio(actor, "S", "");
	if (stage->on_submit)
		stage->on_submit(stage, actor->number);
}

static const struct block_device_operations below_fops = {
	.owner = THIS_MODULE,
	.submit_bio = observe,
};

void stage_answer(struct stage *stage, unsigned int number, blk_status_t status)
{
	struct actor *actor = &stage->actor[number - 1];
	unsigned long flags;

	spin_lock_irqsave(&stage->answer_lock, flags);
	if (status)
		note_bio(actor, "E", "");
	come_back(actor, status);
	spin_unlock_irqrestore(&stage->answer_lock, flags);
}

void stage_note_receipt(struct stage *stage, bool drained)
{
	unsigned long flags;

	spin_lock_irqsave(&stage->answer_lock, flags);
	stage_note(stage, drained ? "R" : "U");
	spin_unlock_irqrestore(&stage->answer_lock, flags);
}

static struct bio *take_probe(struct stage *stage)
{
	unsigned long flags;
	struct bio *bio;

	spin_lock_irqsave(&stage->trace_lock, flags);
	bio = bio_list_pop(&stage->probes);
	spin_unlock_irqrestore(&stage->trace_lock, flags);
	return bio;
}

unsigned int stage_probes(struct stage *stage)
{
	unsigned long flags;
	unsigned int probes;

	spin_lock_irqsave(&stage->trace_lock, flags);
	probes = bio_list_size(&stage->probes);
	spin_unlock_irqrestore(&stage->trace_lock, flags);
	return probes;
}

void stage_answer_probe(struct stage *stage, blk_status_t status)
{
	struct bio *bio = take_probe(stage);

	KUNIT_ASSERT_NOT_NULL(stage->test, bio);
	stage_note(stage, status ? "P E" : "P C");
	bio->bi_status = status;
	bio_endio(bio);
}

static struct gendisk *new_disk(struct kunit *test)
{
	struct queue_limits limits = { .features = BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA };
	struct gendisk *disk = blk_alloc_disk(&limits, NUMA_NO_NODE);

	KUNIT_ASSERT_FALSE(test, IS_ERR(disk));
	disk->fops = &below_fops;
	disk->flags |= GENHD_FL_NO_PART;
	return disk;
}

static void free_disk(void *disk)
{
	put_disk(disk);
}

static void remove_disk(void *disk)
{
	del_gendisk(disk);
}

static void set_disks(struct stage *stage)
{
	struct kunit *test = stage->test;

	stage->above = new_disk(test);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_disk, stage->above), 0);
	stage->below = new_disk(test);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_disk, stage->below), 0);
	stage->below->private_data = stage;
	strscpy(stage->below->disk_name, "dnvme-stage", DISK_NAME_LEN);
	set_capacity(stage->below, DNVME_LEGS_MAX * LEG_SECTORS);
	KUNIT_ASSERT_EQ(test, add_disk(stage->below), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, remove_disk, stage->below), 0);
}

/* ---- The target ---------------------------------------------------------- */

static void set_core(struct stage *stage)
{
	strscpy(stage->md.name, "stage", sizeof(stage->md.name));
	stage->md.disk = stage->above;
	stage->md.numa_node_id = NUMA_NO_NODE;
	mutex_init(&stage->md.table_devices_lock);
	INIT_LIST_HEAD(&stage->md.table_devices);

	stage->table.md = &stage->md;
	stage->table.mode = BLK_OPEN_READ | BLK_OPEN_WRITE;
	INIT_LIST_HEAD(&stage->table.devices);
	init_rwsem(&stage->table.devices_lock);
}

static void write_line(struct stage *stage, char *line, unsigned int nr_legs, const char *opts)
{
	unsigned int i, nr_words;
	char **words = words_of(stage->test, opts, &nr_words);
	char dev[16];

	format_dev_t(dev, disk_devt(stage->below));
	line_add(line, "1 %u %u", BLOCK_SECTORS, nr_legs);
	for (i = 0; i < nr_legs; i++)
		line_add(line, " %s %u", dev, i * LEG_SECTORS);
	line_add(line, " %u", nr_words);
	for (i = 0; i < nr_words; i++)
		line_add(line, " %s", strcmp(words[i], "DEV") ? words[i] : dev);
}

static void construct(struct stage *stage, unsigned int nr_legs, const char *opts)
{
	char *line = kunit_kzalloc(stage->test, LINE_MAX_LEN, GFP_KERNEL);
	unsigned int argc;
	char **argv;

	KUNIT_ASSERT_NOT_NULL(stage->test, line);
	write_line(stage, line, nr_legs, opts);
	argv = words_of(stage->test, line, &argc);
	stage->ti = (struct dm_target){
		.type = &dnvme_target,
		.table = &stage->table,
		.len = LEG_SECTORS * max(nr_legs, 1U),
	};
	KUNIT_ASSERT_EQ_MSG(stage->test, stage->ti.type->ctr(&stage->ti, argc, argv), 0,
			    "%s: %s", line, stage->ti.error);
	stage->ti.type->resume(&stage->ti);
}

static void refuse_probes(struct stage *stage, bool refuse)
{
	unsigned long flags;
	struct bio *bio;

	spin_lock_irqsave(&stage->trace_lock, flags);
	stage->refusing_probes = refuse;
	spin_unlock_irqrestore(&stage->trace_lock, flags);
	while (refuse && (bio = take_probe(stage)))
		bio_io_error(bio);
}

static void destruct(struct stage *stage)
{
	if (!stage->ti.private)
		return;
	stage->ti.type->presuspend(&stage->ti);
	refuse_probes(stage, true);
	stage->ti.type->postsuspend(&stage->ti);
	refuse_probes(stage, false);
	stage->ti.type->dtr(&stage->ti);
	stage->ti.private = NULL;
}

void stage_reload(struct stage *stage, unsigned int nr_legs, const char *opts)
{
	stage_note(stage, "reload");
	destruct(stage);
	construct(stage, nr_legs, opts);
}

static void strike(void *data)
{
	struct stage *stage = data;
	unsigned int i;

	destruct(stage);
	for (i = 0; i < STAGE_BIOS; i++)
		bio_uninit(&stage->actor[i].tio.clone);
}

struct stage *stage_set(struct kunit *test, unsigned int nr_legs, const char *opts)
{
	struct stage *stage = kunit_kzalloc(test, sizeof(*stage), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, stage);
	stage->test = test;
	spin_lock_init(&stage->answer_lock);
	spin_lock_init(&stage->trace_lock);
	bio_list_init(&stage->pushed_back);
	bio_list_init(&stage->probes);
	set_disks(stage);
	set_core(stage);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, strike, stage), 0);
	construct(stage, nr_legs, opts);
	return stage;
}
