/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The NVMe admin command "Set Namespace Active": what stands on the wire.
 *
 * Specified in Documentation/design/set-namespace-active.rst.
 */
#ifndef _UAPI_LINUX_NVME_MPATH_EXT_H
#define _UAPI_LINUX_NVME_MPATH_EXT_H

/* Default; initiator and target can be told another vendor specific one. */
#define NVME_MPATH_EXT_OPCODE		0xfe

/*
 * Command Dword 10, bits 3:0: the action. The other bits are reserved.
 */
#define NVME_MPATH_EXT_ACTION_MASK	0x0000000f
#define NVME_MPATH_EXT_QUERY		0x0
#define NVME_MPATH_EXT_ACTIVATE		0x1
#define NVME_MPATH_EXT_FENCE_PEER	0x2

/*
 * Command Dword 11: flags of ACTIVATE. The other bits are reserved, and all of
 * them for other actions.
 */
#define NVME_MPATH_EXT_PLANNED		0x00000001	/* the present owner is well */

/*
 * Command Dwords 12 (low) and 13 (high): the epoch that the initiator knows,
 * 0 if none. Command Dwords 14 and 15 are reserved.
 *
 * Completion Dword 0:
 *
 *	 3:0	state of the namespace on this controller
 *	11:4	when to ask again, in units of 100 ms; 0: no advice
 *	31:12	reserved
 *
 * Completion Dword 1: the low 32 bits of the epoch in force.
 */
#define NVME_MPATH_EXT_STATE_MASK	0x0000000f
#define NVME_MPATH_EXT_STATE_UNKNOWN	0x0
#define NVME_MPATH_EXT_STATE_STANDBY	0x1
#define NVME_MPATH_EXT_STATE_ACTIVATING	0x2
#define NVME_MPATH_EXT_STATE_ACTIVE	0x3
#define NVME_MPATH_EXT_STATE_FENCED	0x4
#define NVME_MPATH_EXT_RETRY_SHIFT	4
#define NVME_MPATH_EXT_RETRY_MAX	0xff

/*
 * Status Code Type 7h (vendor specific) and Status Code, as in bits 10:0 of the
 * status field.
 */
#define NVME_MPATH_EXT_SC_IN_PROGRESS	0x780	/* ask again */
#define NVME_MPATH_EXT_SC_REFUSED	0x781	/* not by this controller */
#define NVME_MPATH_EXT_SC_STALE_EPOCH	0x782	/* the initiator's epoch is old */
#define NVME_MPATH_EXT_SC_NO_AGENT	0x783	/* nobody decides here now; ask again */
#define NVME_MPATH_EXT_SC_NOT_FENCED	0x784	/* the peer could not be fenced */

#endif /* _UAPI_LINUX_NVME_MPATH_EXT_H */
