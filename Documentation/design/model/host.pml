/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host: writes 1, 2, ... to one block, each after the one before was acknowledged. When its
 * connection breaks or nothing comes back it sends the same write again, wherever a front says that it
 * is optimized; the first copy stays where it is. And a reader, at any front that serves.
 */
proctype hosts()
{
	byte c;

	do
	:: atomic {
		!host.waits && host.next <= WRITES ->
		if
		:: c = 0
		:: c = 1
		fi;
		if
		:: controller[c].epoch && controller[c].job == 0 ->
			controller[c].job = host.next;
			controller[c].done = 0;
			host.at = c;
			host.waits = 1
		:: else
		fi;
		c = 0
	   }
	:: atomic { host.waits -> host.waits = 0; host.at = 0; host.retries = 1 }
	od
}

#ifndef WITHOUT_READS
/*
 * A read is answered by a controller that serves, from any member of its array whose gate lets it pass.
 * One that returned less than was acknowledged would be possible at this moment.
 */
#define READS_OLD(c, m) (controller[c].epoch && LEASE_HOLDS(c) && (controller[c].list & (1 << m)) && \
	member[m].gate[c].open && member[m].disk < acked)

active proctype reader()
{
	atomic { READS_OLD(0, 0) || READS_OLD(0, 1) || READS_OLD(1, 0) || READS_OLD(1, 1) -> L5(false) }
}
#endif
