/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The change of owner of one leg: two controllers, a mirror of two members, two coordinators, one host.
 * README.md says what is modelled, how to search it, and what a protection is called.
 */
#define CONTROLLERS 2
#define MEMBERS 2
#ifndef EPOCHS
#define EPOCHS 2	/* the highest: how often the owner changes */
#endif
#ifndef WRITES
#define WRITES 2
#endif

#include "laws.pml"
#include "state.pml"
#include "store.pml"
#include "gate.pml"
#include "controller.pml"
#include "coordinator.pml"
#include "host.pml"

inline open_gate(m)
{
	member[m].gate[0].open = OPEN_EPOCH(1);
	member[m].gate[0].epoch = OPEN_EPOCH(1);
	member[m].gate[0].receipt = FENCE_EPOCH(1);
	member[m].gate[1].epoch = FENCE_EPOCH(1);
	member[m].gate[1].receipt = FENCE_EPOCH(1)
}

/* Controller 0 serves under epoch 1; every member is in-sync and every receipt is there. */
init
{
	atomic {
		store.epoch = 1;
		store.owner = 0;
		store.member[0] = IN_SYNC;
		store.member[1] = IN_SYNC;
		store.ready = 1;
		owner_of[1] = 1;
		open_gate(0);
		open_gate(1);
		controller[0].epoch = 1;
		controller[0].last = 1;
		controller[0].list = 3;
#ifndef WITHOUT_READS
		controller[0].lease = FRESH;
#endif
		host.next = 1;
		run gates(0, 0);
		run gates(0, 1);
		run gates(1, 0);
		run gates(1, 1);
		run controllers(0);
		run controllers(1);
		run coordinators();
#ifndef ONE_COORDINATOR
		run coordinators();
#endif
		run hosts()
	}
}
