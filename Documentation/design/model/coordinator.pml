/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A coordinator: changes the owner. It may die after every step, or stop and go on. There are two, so
 * that one takes over while the other still thinks that it leads. All that the next one has to know is
 * in the store.
 */
#define LEFT_IN(m) (was.member[m] == IN_SYNC)

#ifdef NO_RECEIPTS
#define ALL_RECEIPTS (true)
#else
#define ALL_RECEIPTS ((!LEFT_IN(0) || RECEIPTS(0, was.epoch)) && (!LEFT_IN(1) || RECEIPTS(1, was.epoch)))
#endif

#ifdef NO_WAIT_RECORDED
#define MUST_WAIT must_wait	/* known to the coordinator that left a member out, and to no other */
#else
#define MUST_WAIT was.wait
#endif

#ifdef NO_RECORD
#define LET_IN(m) (true)
#else
#define LET_IN(m) LEFT_IN(m)
#endif

#define AGE(lease) if :: lease == FRESH -> lease = OLD :: else fi
#define LEASES_OUT (controller[0].lease != OLD && controller[1].lease != OLD)

inline raise_epoch(new_owner)
{
	L3(was.epoch + 1 > store.epoch && owner_of[was.epoch + 1] == 0);
	COPY(was, store);
	store.epoch++;
	store.owner = new_owner;
	owner_of[store.epoch] = new_owner + 1;
	store.ready = 0;
	if :: store.member[0] == REBUILDING -> store.member[0] = STALE :: else fi;
	if :: store.member[1] == REBUILDING -> store.member[1] = STALE :: else fi
}

inline leave_out(m)
{
	COPY(was, store);
	store.member[m] = STALE;
	store.wait = 1;
	must_wait = 1
}

inline let_in()
{
	COPY(was, store);
	store.ready = 1;
	if :: LET_IN(0) -> member[0].may_open = member[0].may_open | (1 << store.epoch) :: else fi;
	if :: LET_IN(1) -> member[1].may_open = member[1].may_open | (1 << store.epoch) :: else fi
}

proctype coordinators()
{
	Record was;		/* as it has read it */
	bit waits;		/* it waits for the old owner's lease */
	bit must_wait;

	do
	:: atomic { was.epoch == 0 -> COPY(store, was) }

	/* It raises the epoch, whatever has become of the change before. */
	:: atomic {
		was.epoch && was.epoch < EPOCHS && !waits ->
		if
		:: UNCHANGED(was) -> raise_epoch(0)
		:: UNCHANGED(was) -> raise_epoch(1)
		:: else
		fi;
		FORGET(was);
		must_wait = 0
	   }

#ifndef WITHOUT_FAILURES
	/* It leaves out a member whose receipt does not come; never the last one. */
	:: atomic {
		was.epoch && !was.ready && !waits && LEFT_IN(0) && LEFT_IN(1) ->
		if
		:: UNCHANGED(was) -> leave_out(0)
		:: UNCHANGED(was) -> leave_out(1)
		:: else
		fi;
		FORGET(was)
	   }

#endif

	/* It waits out the lease, once the receipts are in. */
	:: atomic {
		was.epoch && !was.ready && !waits && MUST_WAIT && ALL_RECEIPTS ->
		AGE(controller[0].lease);
		AGE(controller[1].lease);
		waits = 1
	   }
	:: atomic {
		waits && LEASES_OUT ->
		if
		:: UNCHANGED(was) -> COPY(was, store); store.wait = 0; REACHED(LEASE_WAITED)
		:: else
		fi;
		FORGET(was);
		waits = 0;
		must_wait = 0
	   }

	/* All receipts are in: the owner may be let in. */
	:: atomic {
		was.epoch && !was.ready && !waits && !MUST_WAIT && ALL_RECEIPTS ->
		if
		:: UNCHANGED(was) -> let_in()
		:: else
		fi;
		FORGET(was)
	   }

	/* It dies. */
	:: atomic { was.epoch -> FORGET(was); waits = 0; must_wait = 0 }
	od
}
