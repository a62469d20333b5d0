// SPDX-License-Identifier: Apache-2.0
#include "device_watch.h"

#include <cerrno>
#include <chrono>

#include <spdlog/spdlog.h>

namespace dnvme::daemon {

namespace {

/// A namespace comes with several events, and its node a little later.
constexpr std::chrono::milliseconds kSettle{300};

}  // namespace

bool may_be_a_path(std::string_view name) {
    for (const std::string_view other : {"nvmemp", "dm-", "loop", "ram", "zram", "nullb"}) {
        if (name.starts_with(other)) {
            return false;
        }
    }
    return true;
}

DeviceWatch::DeviceWatch(StateThread& thread, StateThread::Task task)
    : task_(std::move(task)), watch_(thread), settle_(thread) {}

Status DeviceWatch::start() {
    context_.reset(udev_new());
    if (context_) {
        monitor_.reset(udev_monitor_new_from_netlink(context_.get(), "kernel"));
    }
    if (!monitor_) {
        return fail_errno(errno, "listen to the kernel's device events");
    }
    udev_monitor_filter_add_match_subsystem_devtype(monitor_.get(), "block", nullptr);
    udev_monitor_filter_add_match_subsystem_devtype(monitor_.get(), "nvme", nullptr);
    if (const int error = udev_monitor_enable_receiving(monitor_.get()); error < 0) {
        return fail_errno(-error, "listen to the kernel's device events");
    }
    return watch_.set(udev_monitor_get_fd(monitor_.get()), [this] { drain(); });
}

void DeviceWatch::drain() {
    bool matters = false;
    while (const std::unique_ptr<udev_device, Unref> device{
        udev_monitor_receive_device(monitor_.get())}) {
        const char* name = udev_device_get_sysname(device.get());
        matters = matters || (name != nullptr && may_be_a_path(name));
    }
    if (!matters || settle_.is_set()) {
        return;
    }
    if (auto set = settle_.set(kSettle, task_); !set) {
        spdlog::error("{}", set.error().message());
    }
}

}  // namespace dnvme::daemon
