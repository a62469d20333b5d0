// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gives an unmodified nvmet the admin command "Set Namespace Active": each one
 * goes to the reader of /dev/nvmet-mpath-ext and is completed by its answer.
 * Specified in Documentation/design/set-namespace-active.rst.
 */

#include <linux/module.h>
#include <linux/rcupdate.h>

#include "chardev.h"
#include "hook.h"
#include "pending.h"

static int __init nvmet_mpath_ext_init(void)
{
	return chardev_register();
}

/*
 * Nobody has the device open, so nothing waits for an answer. The last grace
 * period is for those who are about to return from pending_execute().
 */
static void __exit nvmet_mpath_ext_exit(void)
{
	chardev_unregister();
	hook_disarm();
	pending_exit();
	synchronize_rcu_tasks();
}

module_init(nvmet_mpath_ext_init);
module_exit(nvmet_mpath_ext_exit);

MODULE_DESCRIPTION("Set Namespace Active for the NVMe target");
MODULE_AUTHOR("the dnvme project");
MODULE_VERSION("1.0.0");
MODULE_LICENSE("GPL");
