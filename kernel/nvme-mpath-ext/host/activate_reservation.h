/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Activation by a persistent reservation that only one path can hold, for arrays.
 *
 * The active path holds Write Exclusive, under the head's key: the one type under
 * which no other path can write, registered or not, while a standby path can still
 * be read, which is how its health is known. What a path does to become it:
 *
 *	register		with the head's key, whatever was there
 *	reserve			if nobody holds: without a holder nothing is taken over
 *	preempt-and-abort	whoever has the head's key, that is, the other paths:
 *				what they have on its way ends before this does
 *	reserve			succeeds for the holder only: so this path is it
 *
 * A holder with another key is somebody else, and is left alone.
 */
#ifndef NVME_MPATH_EXT_ACTIVATE_RESERVATION_H
#define NVME_MPATH_EXT_ACTIVATE_RESERVATION_H

int activate_reservation_init(void);

/* After the last detach. */
void activate_reservation_exit(void);

#endif /* NVME_MPATH_EXT_ACTIVATE_RESERVATION_H */
