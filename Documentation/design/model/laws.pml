/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The laws, each an assertion that its name stands in: spin prints the text of an assertion that does
 * not hold. With -DLAW=n only law n is looked at.
 */
#ifndef LAW
#define LAW 0
#endif

hidden byte L1_fence, L2_acknowledge, L3_one_owner, L4_freshness, L5_no_stale_read, L6_retry, L7_hold_then_fail;

#define LAW_(n, name, holds) if :: LAW == 0 || LAW == n -> assert(name || (holds)) :: else fi

#define L1(holds) LAW_(1, L1_fence, holds)
#define L2(holds) LAW_(2, L2_acknowledge, holds)
#define L3(holds) LAW_(3, L3_one_owner, holds)
#define L4(holds) LAW_(4, L4_freshness, holds)
#define L5(holds) LAW_(5, L5_no_stale_read, holds)
#define L6(holds) LAW_(6, L6_retry, holds)
#define L7(holds) LAW_(7, L7_hold_then_fail, holds)

/* Points that the model has to reach: with -DREACH=n the search has to end at point n. */
#ifndef REACH
#define REACH 0
#endif

hidden byte reached_;

#define FAILOVER_SERVES 1	/* a write acknowledged under a later epoch than the first */
#define MEMBER_RETURNED 2	/* a stale member is in-sync again */
#define LEASE_WAITED    3	/* a change of owner that had to wait out a lease */
#define OWNER_AGAIN     4	/* a controller owns the leg again, after a crash or after another owner */
#define RETRY_LANDED    5	/* a write sent on two paths, acknowledged on the second */
#define REACHED(point)  if :: REACH == point -> assert(reached_) :: else fi
