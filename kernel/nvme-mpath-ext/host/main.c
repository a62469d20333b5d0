// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block devices over several paths to the same namespace, of which a path takes
 * I/O only after its activation was acknowledged. See
 * Documentation/admin-guide/nvme-mpath-ext.rst.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/workqueue.h>

#include "activate_nvme.h"
#include "activate_reservation.h"
#include "break.h"
#include "config.h"
#include "io.h"

struct workqueue_struct *mp_wq;

static int __init nvme_mpath_ext_init(void)
{
	int r;

	r = mp_io_init();
	if (r)
		return r;
	r = -ENOMEM;
	mp_wq = alloc_workqueue("nvme-mpath-ext", WQ_MEM_RECLAIM | WQ_UNBOUND, WQ_MAX_ACTIVE);
	if (!mp_wq)
		goto exit_io;
	r = activate_nvme_init();
	if (r)
		goto destroy_wq;
	r = activate_reservation_init();
	if (r)
		goto exit_nvme;
	r = mp_config_register();
	if (r)
		goto exit_reservation;
#ifdef DNVME_BREAK
	pr_warn("test build, must not hold data: broken on purpose: " DNVME_BREAK "\n");
#endif
	return 0;

exit_reservation:
	activate_reservation_exit();
exit_nvme:
	activate_nvme_exit();
destroy_wq:
	destroy_workqueue(mp_wq);
exit_io:
	mp_io_exit();
	return r;
}

/*
 * Neither a head nor a path is left: each has a reference to the module. The
 * work that dropped the last one may still be about to return.
 */
static void __exit nvme_mpath_ext_exit(void)
{
	mp_config_unregister();
	destroy_workqueue(mp_wq);
	activate_reservation_exit();
	activate_nvme_exit();
	mp_io_exit();
}

module_init(nvme_mpath_ext_init);
module_exit(nvme_mpath_ext_exit);

#ifdef DNVME_BREAK
MODULE_INFO(dnvme_break, DNVME_BREAK);
#endif
MODULE_DESCRIPTION("NVMe multipath with acknowledged activation");
MODULE_AUTHOR("the dnvme project");
MODULE_VERSION("1.0.0");
MODULE_LICENSE("GPL");
