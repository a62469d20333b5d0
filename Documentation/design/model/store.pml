/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store: the record of one leg, changed by compare-and-swap only. Whoever wants to change it has
 * read it at some time before, and is refused if it is another one by now.
 */
#define SAME(a, b) (a.epoch == b.epoch && a.owner == b.owner && a.member[0] == b.member[0] && \
	a.member[1] == b.member[1] && a.ready == b.ready && a.wait == b.wait)

#define COPY(from, to) \
	to.epoch = from.epoch; to.owner = from.owner; to.member[0] = from.member[0]; \
	to.member[1] = from.member[1]; to.ready = from.ready; to.wait = from.wait

#define FORGET(copy) \
	copy.epoch = 0; copy.owner = 0; copy.member[0] = 0; copy.member[1] = 0; copy.ready = 0; copy.wait = 0

/* Without compare-and-swap what was read, and is perhaps over, is written back with its change. */
#ifdef NO_CAS
#define UNCHANGED(copy) (true)
#else
#define UNCHANGED(copy) SAME(copy, store)
#endif

#define LISTED(record) ((record.member[0] == IN_SYNC) + 2 * (record.member[1] == IN_SYNC))
