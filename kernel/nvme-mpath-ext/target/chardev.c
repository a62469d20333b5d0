// SPDX-License-Identifier: GPL-2.0-only

#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/uaccess.h>

#include "command.h"
#include "chardev.h"
#include "hook.h"
#include "pending.h"

static int device_open(struct inode *inode, struct file *file)
{
	int r = pending_open();

	return r ?: stream_open(inode, file);
}

static int device_release(struct inode *inode, struct file *file)
{
	pending_close();
	return 0;
}

/* Another thread may take what this one was woken for: then it waits again. */
static int take(struct file *file, struct nvmet_mpath_ext_command *command)
{
	int r;

	while ((r = pending_take(command)) == -EAGAIN && !(file->f_flags & O_NONBLOCK)) {
		r = wait_event_interruptible(pending_wait, pending_available());
		if (r)
			return r;
	}
	return r;
}

static ssize_t device_read(struct file *file, char __user *buffer, size_t len, loff_t *pos)
{
	struct nvmet_mpath_ext_command command;
	int r;

	if (len < sizeof(command))
		return -EINVAL;
	r = take(file, &command);
	if (r)
		return r;
	if (copy_to_user(buffer, &command, sizeof(command))) {
		pending_untake(command.id);
		return -EFAULT;
	}
	return sizeof(command);
}

static bool head_fits(const struct nvmet_mpath_ext_head *head, size_t size)
{
	return head->version == NVMET_MPATH_EXT_VERSION && head->size == size;
}

static ssize_t device_write(struct file *file, const char __user *buffer, size_t len, loff_t *pos)
{
	struct nvmet_mpath_ext_answer answer;
	int r;

	if (len != sizeof(answer))
		return -EINVAL;
	if (copy_from_user(&answer, buffer, sizeof(answer)))
		return -EFAULT;
	if (!head_fits(&answer.head, sizeof(answer)))
		return -EINVAL;
	r = command_check_answer(&answer);
	if (!r)
		r = pending_answer(&answer);
	return r ?: len;
}

static __poll_t device_poll(struct file *file, poll_table *table)
{
	poll_wait(file, &pending_wait, table);
	return EPOLLOUT | EPOLLWRNORM | (pending_available() ? EPOLLIN | EPOLLRDNORM : 0);
}

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct nvmet_mpath_ext_layout layout;

	if (cmd != NVMET_MPATH_EXT_ARM)
		return -ENOTTY;
	if (copy_from_user(&layout, (const void __user *)arg, sizeof(layout)))
		return -EFAULT;
	if (!head_fits(&layout.head, sizeof(layout)))
		return -EINVAL;
	return hook_arm(&layout);
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.read = device_read,
	.write = device_write,
	.poll = device_poll,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = NVMET_MPATH_EXT_DEVICE,
	.fops = &device_fops,
	.mode = 0600,
};

int chardev_register(void)
{
	return misc_register(&device);
}

void chardev_unregister(void)
{
	misc_deregister(&device);
}
