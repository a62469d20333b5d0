/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gates: one for each member and controller, above the member's disk. A command names an epoch; a
 * change of owner has two for a gate, the lower for its fence and the higher for its open, so that the
 * gates of the new owner can be fenced like all others.
 *
 * A bio is on its way to the gate, then below it, then on the disk. It may be lost before it is
 * admitted, and may take as long as it likes everywhere.
 */
#define FENCE_EPOCH(epoch) (2 * (epoch))
#define OPEN_EPOCH(epoch)  (2 * (epoch) + 1)

#define G member[m].gate[c]

#ifdef NO_DRAIN
#define DRAINED (true)
#else
#define DRAINED (G.below == 0)
#endif

/* All gates of member m have the receipt of the epoch. */
#ifdef NO_FENCE_ALL
#define RECEIPTS(m, e) (owner_of[e - 1] == 0 || \
	member[m].gate[owner_of[e - 1] - 1].receipt >= FENCE_EPOCH(e))
#else
#define RECEIPTS(m, e) (member[m].gate[0].receipt >= FENCE_EPOCH(e) && \
	member[m].gate[1].receipt >= FENCE_EPOCH(e))
#endif

/* A bio that comes back with an error is held; without that the error goes up to the host. */
#ifdef NO_HOLD
#define REFUSED(c) L7(!(host.waits && host.at == c && controller[c].job))
#else
#define REFUSED(c) skip
#endif

/*
 * The answer to a fence, as soon as it is true; whoever waits for it may see it as late as it likes.
 * What is kept is the last one that said `drained`.
 */
#define ANSWER if :: G.epoch % 2 == 0 && DRAINED -> G.receipt = G.epoch :: else fi

proctype gates(byte m; byte c)
{
	byte e;

	do
	/* The member's agent has read an epoch at some time, and fences; what is not higher is refused. */
	:: atomic {
		e = 2;
		do
		:: e < store.epoch -> e++
		:: break
		od;
		if
		:: e <= store.epoch && G.epoch < FENCE_EPOCH(e) ->
			G.epoch = FENCE_EPOCH(e);
#ifndef NO_FENCE
			G.open = 0;
#endif
			ANSWER
		:: else
		fi;
		e = 0
	   }

	/* The same for an open: it may be from an epoch that is over. */
	:: atomic {
		e = 2;
		do
		:: e < EPOCHS -> e++
		:: break
		od;
		if
		:: (member[m].may_open & (1 << e)) && owner_of[e] == c + 1 && G.epoch < OPEN_EPOCH(e) && G.below == 0 ->
			G.epoch = OPEN_EPOCH(e);
			G.open = G.epoch
		:: else
		fi;
		e = 0
	   }

	/* A write comes to the gate, or is lost before. One that is refused is held by its sender. */
	:: atomic {
		(G.coming && G.open && !G.below) ->
		G.below = G.coming;
		G.below_epoch = G.open;
		G.coming = 0
	   }
#ifdef NO_RESEND_DRAIN
	/* It overtakes its first copy, which is still below. */
	:: atomic {
		(G.coming && G.open && G.below) ->
		member[m].disk = G.coming;
		if
		:: controller[c].job == G.coming -> controller[c].done = controller[c].done | (1 << m)
		:: else
		fi;
		G.coming = 0
	   }
#endif
	:: atomic { G.coming && !G.open -> G.coming = 0; REFUSED(c) }
	:: atomic { G.coming -> G.coming = 0 }

	/* It lands. An answer that is lost is one for which the controller waits in vain. */
	:: atomic {
		G.below ->
		L1(G.below_epoch >= G.receipt);
		L6(store.member[m] != IN_SYNC || G.below >= acked);
		member[m].disk = G.below;
		if
		:: controller[c].job == G.below -> controller[c].done = controller[c].done | (1 << m)
		:: else
		fi;
		G.below = 0;
		G.below_epoch = 0;
		ANSWER
	   }
	od
}
