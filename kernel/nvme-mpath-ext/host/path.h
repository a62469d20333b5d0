/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NVME_MPATH_EXT_PATH_H
#define NVME_MPATH_EXT_PATH_H

#include "head.h"

struct mp_path_config {
	const char *name;
	const char *device;
	struct mp_identity stated;
	unsigned int priority;
};

/*
 * Opens and checks a device, and lets it join @head. Returns a path with a
 * reference for the caller, or an ERR_PTR after a line in the log. With
 * head->mutex held.
 */
struct mp_path *mp_path_open(struct mp_head *head, const struct mp_path_config *config);

/* The path takes no I/O any more; its device is closed when nothing is in flight. */
void mp_path_leave(struct mp_path *path, enum mp_reason reason);

void mp_path_put(struct mp_path *path);

static inline void mp_path_get(struct mp_path *path)
{
	kref_get(&path->ref);
}

/*
 * The only way to change the state of a path. Says whether the event was
 * accepted. With head->lock held.
 */
bool mp_path_apply(struct mp_path *path, enum mp_event event, enum mp_reason reason);

/* An I/O came back with a path error. */
void mp_path_io_error(struct mp_path *path);

/* From now on I/O goes to all that are active. With head->lock held. */
void mp_path_admit_all(struct mp_head *head);

/* A path of @head in a slot, or NULL. With head->lock held. */
static inline struct mp_path *mp_path_in(struct mp_head *head, unsigned int slot)
{
	return rcu_dereference_protected(head->slot[slot], lockdep_is_held(&head->lock));
}

/* By name, with a reference; NULL: there is none. */
struct mp_path *mp_path_find(struct mp_head *head, const char *name);

/* One that takes I/O, kept open until mp_path_release(); NULL: none does. */
struct mp_path *mp_path_acquire_active(struct mp_head *head);

static inline void mp_path_release(struct mp_path *path)
{
	percpu_ref_put(&path->in_flight);
}

/* The first path in or behind a slot; NULL: there is none. With head->lock held. */
struct mp_path *mp_path_from(struct mp_head *head, unsigned int slot);

static inline struct mp_path *mp_path_first(struct mp_head *head)
{
	return mp_path_from(head, 0);
}

static inline struct mp_path *mp_path_after(const struct mp_path *path)
{
	return mp_path_from(path->head, path->slot + 1);
}

#endif /* NVME_MPATH_EXT_PATH_H */
