/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A controller: serves under the epoch that it last heard of, for as long as it hears of no other. It
 * may stop anywhere, for as long as it likes, and go on; and it may crash, which loses what it knew and
 * leaves its bios where they are.
 *
 * Writes never ask for the lease, so that no law but L5 can rest on it.
 */
#define C controller[c]
#define HAS(m) (C.list & (1 << m))
#define PASSES(m) (!HAS(m) || member[m].gate[c].open)
#define IS_OWNER (store.epoch == C.epoch && store.owner == c)
#define OTHER(m) (1 - (m))

#ifdef NO_LEASE
#define LEASE_HOLDS(c) (true)
#else
#define LEASE_HOLDS(c) (controller[c].lease != RAN_OUT)
#endif

#ifdef NO_RECORD
#define TRUSTED 3
#else
#define TRUSTED LISTED(store)
#endif

#ifdef NO_RESEND_DRAIN
#define MAY_SEND (true)
#else
#define MAY_SEND (!G.below)
#endif

#ifdef NO_RETURN_DRAIN
#define MAY_RETURN (true)
#else
#define MAY_RETURN (RECEIPTS(m, store.epoch) && !G.coming && !G.below)
#endif

inline stop_serving()
{
	C.epoch = 0;
	C.list = 0;
	C.done = 0;
	C.lease = RAN_OUT
}

proctype controllers(byte c)
{
	byte m;
	byte heard, listed;	/* what it has read of the record: an epoch, and its in-sync members */

	do
	/* It reads the record; later it assembles from what it read, through its gates. */
	:: atomic {
		C.epoch == 0 && C.job == 0 && heard == 0 && store.ready && store.owner == c && store.epoch > C.last ->
		heard = store.epoch;
		listed = TRUSTED
	   }
	:: atomic {
		heard && C.epoch == 0 ->
		C.list = listed;
		if
		:: C.list && PASSES(0) && PASSES(1) ->
			L4(!HAS(0) || member[0].disk >= acked);
			L4(!HAS(1) || member[1].disk >= acked);
			if
			:: C.last -> REACHED(OWNER_AGAIN)
			:: else
			fi;
			C.epoch = heard;
			C.last = heard;
			heard = 0;
			listed = 0
		:: else -> C.list = 0
		fi
	   }
	:: atomic { heard -> heard = 0; listed = 0 }

	/* It sends its write to a member, again if the answer was lost and nothing of it is left there. */
	:: atomic {
		C.epoch && C.job ->
		if
		:: m = 0
		:: m = 1
		fi;
		if
		:: HAS(m) && !(C.done & (1 << m)) && !G.coming && MAY_SEND -> G.coming = C.job
		:: else
		fi;
		m = 0
	   }

	/* It acknowledges. */
	:: atomic {
		C.epoch && C.job && (C.done & C.list) == C.list ->
		if
		:: host.waits && host.at == c ->
			L2(store.member[0] != IN_SYNC || member[0].disk == C.job);
			L2(store.member[1] != IN_SYNC || member[1].disk == C.job);
			if
			:: C.epoch > 1 -> REACHED(FAILOVER_SERVES)
			:: else
			fi;
			if
			:: host.retries -> REACHED(RETRY_LANDED)
			:: else
			fi;
			acked = C.job;
			host.waits = 0;
			host.retries = 0;
			host.at = 0;
			host.next++
		:: else
		fi;
		C.job = 0;
		C.done = 0
	   }

#ifndef WITHOUT_FAILURES
	/* A member fails: recorded stale, then dropped; refused to whoever is not the owner. */
	:: atomic {
		C.list == 3 ->
		if
		:: m = 0
		:: m = 1
		fi;
		if
#ifdef NO_COMMIT
		:: C.list = C.list & ~(1 << m)
#endif
		:: IS_OWNER && store.member[OTHER(m)] == IN_SYNC ->
			store.member[m] = STALE;
			C.list = C.list & ~(1 << m)
		:: else
		fi;
		m = 0
	   }

#endif

	/* A stale member returns: fenced for all, nothing of it below, copied, in-sync. */
#ifndef WITHOUT_RETURNS
	:: atomic {
		IS_OWNER && (C.list == 1 || C.list == 2) && store.ready ->
		m = (C.list == 1 -> 1 : 0);
		if
		:: store.member[m] == STALE && MAY_RETURN ->
			store.member[m] = REBUILDING;
			member[m].may_open = member[m].may_open | (1 << store.epoch)
		:: store.member[m] == REBUILDING && G.open == OPEN_EPOCH(C.epoch) && C.job == 0 ->
			member[m].disk = member[OTHER(m)].disk;
			C.list = 3
		:: else
		fi;
		m = 0
	   }
	:: atomic {
		IS_OWNER && C.list == 3 && LISTED(store) != 3 ->
		store.member[0] = IN_SYNC;
		store.member[1] = IN_SYNC;
		REACHED(MEMBER_RETURNED)
	   }
#endif

#ifndef WITHOUT_READS
	/* The lease: runs out at any time, is renewed by a probe of all members. */
	:: atomic { C.lease != RAN_OUT -> C.lease = RAN_OUT }
	:: atomic { C.epoch && C.lease != FRESH && PASSES(0) && PASSES(1) -> C.lease = FRESH }
#endif

	/* It hears of a later epoch: holds and cuts; then fails what it held, and nobody hears it. */
	:: atomic {
		C.epoch && store.epoch > C.epoch ->
#ifndef NO_HOLD
		if
		:: host.waits && host.at == c -> host.waits = 0; host.at = 0; host.retries = 1
		:: else
		fi;
#endif
		stop_serving()
	   }
	:: atomic {
		C.epoch == 0 && C.job ->
		L7(!(host.waits && host.at == c));
		C.job = 0
	   }

#ifndef WITHOUT_CRASHES
	/* It crashes: its connections break. */
	:: atomic {
		C.epoch ->
		if
		:: host.waits && host.at == c -> host.waits = 0; host.at = 0; host.retries = 1
		:: else
		fi;
		stop_serving();
		C.job = 0
	   }
#endif
	od
}
