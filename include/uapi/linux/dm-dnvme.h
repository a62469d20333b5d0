/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The words that the device-mapper target "dnvme" and its users exchange:
 * table line, messages, their answers, and the status line.
 *
 * The grammar is described in Documentation/admin-guide/dm-dnvme.rst.
 */
#ifndef _UAPI_LINUX_DM_DNVME_H
#define _UAPI_LINUX_DM_DNVME_H

#define DNVME_TARGET_NAME		"dnvme"

/* Target version: major incompatible, minor feature, patch fix. */
#define DNVME_VERSION_MAJOR		1
#define DNVME_VERSION_MINOR		1
#define DNVME_VERSION_PATCH		0

/*
 * Table line:
 *
 * <start> <len> dnvme <epoch> <chunk_sectors> <#legs> [<dev> <offset>]{#legs}
 *                     <#opts> [<opt> [<arg>...]]...
 *
 * <#opts> counts words.
 */
#define DNVME_LEGS_MAX			64
#define DNVME_CHUNK_SECTORS_MIN		8
#define DNVME_CHUNK_SECTORS_MAX		(1 << 21)

#define DNVME_OPT_HOLD_ON_ERROR		"hold_on_error"
#define DNVME_OPT_WRITE_THROUGH		"write_through"
#define DNVME_OPT_LEASE_MS		"lease_ms"	/* <ms> */
#define DNVME_OPT_PROBE			"probe"		/* <#n> <dev>... */
#define DNVME_OPT_WRITE_TTL_MS		"write_ttl_ms"	/* <ms> */
#define DNVME_OPT_DRAIN_MS		"drain_ms"	/* <ms> */
#define DNVME_OPT_MODE			"mode"		/* held|live|fenced */

#define DNVME_MODE_HELD			"held"
#define DNVME_MODE_LIVE			"live"
#define DNVME_MODE_FENCED		"fenced"

#define DNVME_DRAIN_MS_DEFAULT		2000
#define DNVME_DRAIN_MS_MIN		0
#define DNVME_DRAIN_MS_MAX		600000
#define DNVME_WRITE_TTL_MS_MIN		1
#define DNVME_WRITE_TTL_MS_MAX		600000
#define DNVME_LEASE_MS_MIN		100
#define DNVME_LEASE_MS_MAX		600000
#define DNVME_PROBES_MAX		64

/*
 * Messages. fence and drain answer with one line:
 *
 * <epoch> drained|undrained <in-flight when it closed> <held> <microseconds>
 */
#define DNVME_MSG_FENCE			"fence"		/* <epoch> [<ms>] */
#define DNVME_MSG_OPEN			"open"		/* <epoch> */
#define DNVME_MSG_HOLD			"hold"
#define DNVME_MSG_RELEASE		"release"
#define DNVME_MSG_FAIL_HELD		"fail_held"
#define DNVME_MSG_DRAIN			"drain"		/* <ms> */
#define DNVME_MSG_LEG			"leg"		/* <i> <verb> */
#define DNVME_MSG_LEG_FAIL		"fail"

/*
 * What was admitted since the table was loaded. Answers with one line:
 *
 * <#legs> [<reads> <sectors> <writes> <sectors> <discards> <sectors> <flushes>
 *          <held> <probes> <expiries>]{#legs}
 */
#define DNVME_MSG_STATS			"stats"

#define DNVME_RECEIPT_NONE		"-"
#define DNVME_RECEIPT_DRAINED		"drained"
#define DNVME_RECEIPT_UNDRAINED		"undrained"

/*
 * Status line (INFO), which only ever grows at its end:
 *
 * <epoch> <state> <receipt> <in-flight> <held> <#legs>
 *         [<leg-state> <in-flight> <held> <errors>]{#legs}
 */
#define DNVME_STATE_LIVE		'L'
#define DNVME_STATE_HELD		'H'
#define DNVME_STATE_FENCED		'F'
#define DNVME_STATE_EXPIRED		'E'
#define DNVME_STATE_DEAD		'D'

#endif /* _UAPI_LINUX_DM_DNVME_H */
