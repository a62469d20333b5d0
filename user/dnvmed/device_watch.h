// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include <libudev.h>

#include "event_sources.h"

namespace dnvme::daemon {

/// Runs a task some time after block devices or NVMe controllers came, changed or went, by what the
/// kernel itself says: there need be no udevd. Many within a short time count as one. State thread
/// only.
class DeviceWatch {
  public:
    DeviceWatch(StateThread& thread, StateThread::Task task);

    /// Errors: internal. Without it paths that come back are taken with the next change.
    Status start();

  private:
    void drain();

    struct Unref {
        void operator()(udev* context) const { udev_unref(context); }
        void operator()(udev_monitor* monitor) const { udev_monitor_unref(monitor); }
        void operator()(udev_device* device) const { udev_device_unref(device); }
    };
    StateThread::Task task_;
    std::unique_ptr<udev, Unref> context_;
    std::unique_ptr<udev_monitor, Unref> monitor_;
    FdWatch watch_;
    Alarm settle_;
};

/// Whether something of this name may be, or be on the way to, a path of a head: not a head itself,
/// whose changes its agent causes. Pure.
bool may_be_a_path(std::string_view name);

}  // namespace dnvme::daemon
