/* SPDX-License-Identifier: Apache-2.0 */
/* What there is: the record in the store, the gates and disks of the members, controllers, a host. */

#define STALE      0
#define IN_SYNC    1
#define REBUILDING 2

typedef Record {
	byte epoch;
	byte owner;
	byte member[MEMBERS];
	bit ready;	/* receipts are in: the owner may be let in */
	bit wait;	/* a member was left out without a receipt: the lease is to be waited out */
};

Record store;
byte owner_of[EPOCHS + 1];	/* whom the record named as owner of an epoch, plus one; for L3, and for late commands */

typedef Gate {
	byte open;		/* the epoch that it was opened under, 0: it is shut */
	byte epoch;
	byte receipt;		/* the last fence that was answered with `drained` */
	byte coming;		/* a write on its way, 0: none */
	byte below;		/* a write that was admitted */
	byte below_epoch;	/* and under which epoch */
};

typedef Member {
	Gate gate[CONTROLLERS];
	byte disk;		/* the last write that landed */
	byte may_open;		/* a bit for each epoch whose owner may be let in here */
};

Member member[MEMBERS];

#define RAN_OUT 0
#define OLD     1	/* renewed last before somebody began to wait */
#define FRESH   2

typedef Controller {
	byte epoch;	/* under which it serves, 0: it does not */
	byte last;	/* the highest it ever served under */
	byte list;	/* the members of its array, a bit each */
	byte job;	/* the write that it has from the host */
	byte done;	/* the members that have answered */
	byte lease;
};

Controller controller[CONTROLLERS];

typedef Host {
	byte next;	/* the write that it is at */
	byte at;	/* the controller that has it */
	bit waits;	/* sent, not answered */
	bit retries;	/* was sent before */
};

Host host;
byte acked;	/* the last write that was acknowledged */
