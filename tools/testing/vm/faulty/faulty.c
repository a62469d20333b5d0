// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commits, on loading, the fault that its parameter names: the rig's own check
 * shows with it that the rig notices.
 */
#include <linux/completion.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/string.h>

static char *what = "none";
module_param(what, charp, 0444);
MODULE_PARM_DESC(what, "none, warn, oops, bug, hang or list");

static void faulty_warn(void)
{
	WARN(1, "faulty: as asked for\n");
}

static void faulty_oops(void)
{
	int *volatile nowhere = NULL;

	*nowhere = 1;
}

static void faulty_hang(void)
{
	DECLARE_COMPLETION_ONSTACK(never);

	wait_for_completion(&never);
}

static void faulty_list(void)
{
	LIST_HEAD(head);
	struct list_head entry = { .next = &entry, .prev = &entry };

	list_add(&entry, &head);
	head.next = &head;
	list_del(&entry);
}

static int __init faulty_init(void)
{
	if (!strcmp(what, "warn"))
		faulty_warn();
	else if (!strcmp(what, "oops"))
		faulty_oops();
	else if (!strcmp(what, "bug"))
		BUG();
	else if (!strcmp(what, "hang"))
		faulty_hang();
	else if (!strcmp(what, "list"))
		faulty_list();
	return 0;
}

static void __exit faulty_exit(void)
{
}

module_init(faulty_init);
module_exit(faulty_exit);
MODULE_DESCRIPTION("Test only: commits the fault that is asked for");
MODULE_LICENSE("GPL");
