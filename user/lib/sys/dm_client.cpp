// SPDX-License-Identifier: Apache-2.0
#include "sys/dm_client.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/format.h>
#include <linux/dm-dnvme.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/words.h"
#include "model/names.h"
#include "sys/fence_one.h"
#include "sys/refused.h"

namespace dnvme::sys {
namespace {

bool node_is(const std::string& path, const std::string& number) {
    struct stat node {};
    return ::stat(path.c_str(), &node) == 0 && S_ISBLK(node.st_mode) &&
           fmt::format("{}:{}", major(node.st_rdev), minor(node.st_rdev)) == number;
}

/// udev makes the node, or libdevmapper where no udev runs. What opens the device next must not
/// find a missing one, or one of a former device.
Status ensure_node(const DmInfo& device) {
    const std::string path = dm_path(device.name);
    if (node_is(path, device.number))
        return {};
    if (Status made = DmTask(DM_DEVICE_MKNODES, device.name).run(); !made)
        return made;
    if (!node_is(path, device.number))
        return fail(Code::internal, fmt::format("{} is not device {}", path, device.number));
    return {};
}

/// The names in the kernel's list, which holds them at offsets.
std::vector<std::string> names_in(dm_names* list) {
    std::vector<std::string> names;
    if (list == nullptr || list->dev == 0)
        return names;
    std::uint32_t next = 0;
    do {
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the layout of the ioctl
        list = reinterpret_cast<dm_names*>(reinterpret_cast<char*>(list) + next);
        names.emplace_back(list->name);
        next = list->next;
    } while (next != 0);
    return names;
}

/// With a flush a suspend would fail it: dm-raid its member, or the host its write.
bool keeps_what_it_holds(const plan::DmDevice& device) {
    return std::any_of(device.table.begin(), device.table.end(), [](const auto& target) {
        const auto words = split_words(target.params);
        const auto has = [&](const char* option) {
            return std::find(words.begin(), words.end(), option) != words.end();
        };
        return target.type == DNVME_TARGET_NAME &&
               (has(DNVME_OPT_HOLD_ON_ERROR) || has(DNVME_OPT_LEASE_MS));
    });
}

Result<DmInfo> ask(DmTask task) {
    if (Status done = task.run(); !done)
        return pass(done.error());
    return task.info();
}

Result<std::vector<plan::DmTarget>> ask_targets(int type, const std::string& uuid) {
    DmTask task = DmTask::by_uuid(type, uuid);
    task.no_flush();
    if (Status done = task.run(); !done)
        return pass(done.error(), "dm device " + uuid);
    return task.targets();
}

/// Gates of this kernel. Addressed by uuid, with no look at the device before: the kernel finds it
/// by the same uuid. One log for all, since opening it costs as much as a message.
class KernelGates final : public GateMessages {
  public:
    Result<std::string> send(const std::string& uuid, const std::string& text) override {
        DmTask task = DmTask::by_uuid(DM_DEVICE_TARGET_MSG, uuid);
        task.message(0, text);
        if (Status sent = task.run(kernel_log_); !sent)
            return pass(sent.error());
        return task.answer();
    }

  private:
    KernelLog kernel_log_;
};

}  // namespace

std::string dm_path(const std::string& name) {
    return fmt::format("{}/{}", dm_dir(), name);
}

Status DmClient::check() {
    std::array<char, 64> version{};
    if (dm_driver_version(version.data(), version.size()) != 1)
        return fail(Code::unavailable, "device-mapper cannot be used: load module dm-mod");
    return {};
}

Result<std::vector<DmInfo>> DmClient::list() {
    DmTask task(DM_DEVICE_LIST, "");
    if (Status done = task.run(); !done)
        return pass(done.error(), "list dm devices");
    std::vector<DmInfo> ours;
    for (const std::string& name : names_in(dm_task_get_names(task.get()))) {
        Result<DmInfo> device = ask(DmTask(DM_DEVICE_INFO, name));
        if (!device && device.error().code() == Code::not_found)
            continue;  // gone since it was listed
        if (!device)
            return pass(device.error(), "dm device " + name);
        if (model::parse_dm_uuid(device->uuid))
            ours.push_back(*std::move(device));
    }
    return ours;
}

Result<DmInfo> DmClient::info(const std::string& uuid) {
    Result<DmInfo> device = ask(DmTask::by_uuid(DM_DEVICE_INFO, uuid));
    if (!device)
        return pass(device.error(), uuid);
    return device;
}

Result<std::vector<plan::DmTarget>> DmClient::table(const std::string& uuid) {
    return ask_targets(DM_DEVICE_TABLE, uuid);
}

Result<std::vector<plan::DmTarget>> DmClient::inactive_table(const std::string& uuid) {
    DmTask task = DmTask::by_uuid(DM_DEVICE_TABLE, uuid);
    task.no_flush().inactive_table();
    if (Status done = task.run(); !done)
        return pass(done.error(), "dm device " + uuid);
    return task.targets();
}

Result<std::vector<plan::DmTarget>> DmClient::status(const std::string& uuid) {
    return ask_targets(DM_DEVICE_STATUS, uuid);
}

Status DmClient::load(const std::string& name, const std::vector<plan::DmTarget>& table) {
    DmTask task(DM_DEVICE_RELOAD, name);
    for (const plan::DmTarget& target : table)
        task.target(target);
    if (Status done = task.run(); !done)
        return pass(done.error(), "load table");
    return {};
}

Status DmClient::load_and_resume(const plan::DmDevice& device) {
    if (Status loaded = load(device.name, device.table); !loaded)
        return loaded;
    if (Status resumed = DmTask(DM_DEVICE_RESUME, device.name).run(); !resumed)
        return pass(resumed.error(), "resume");
    const Result<DmInfo> made = info(device.uuid);
    return made ? ensure_node(*made) : Status(pass(made.error()));
}

Status DmClient::create(const plan::DmDevice& device) {
    const std::string context = "dm device " + device.name;
    Status created = DmTask(DM_DEVICE_CREATE, device.name).uuid(device.uuid).run();
    if (!created && created.error().sys_errno() == EBUSY)  // the kernel's word for a second one
        return refused(EEXIST, context);
    if (!created)
        return pass(created.error(), context);
    Status live = load_and_resume(device);
    if (live)
        return {};
    if (Status removed = remove(device.uuid); !removed)
        return pass(live.error(), fmt::format("{} ({})", context, removed.error().message()));
    return pass(live.error(), context);
}

Status DmClient::suspend_and_resume(const plan::DmDevice& device) {
    const std::string& name = device.name;
    DmTask suspend(DM_DEVICE_SUSPEND, name);
    if (keeps_what_it_holds(device))
        suspend.no_flush();
    if (Status suspended = suspend.run(); !suspended) {
        // The inactive table must not come to life with some later resume.
        (void)DmTask(DM_DEVICE_CLEAR, name).run();
        return pass(suspended.error(), "suspend");
    }
    return resume_with_new_table(name);
}

Status DmClient::resume_with_new_table(const std::string& name) {
    Status resumed = DmTask(DM_DEVICE_RESUME, name).run();
    if (resumed)
        return {};
    // The kernel dropped the table that it could not take over and keeps the old one suspended.
    (void)DmTask(DM_DEVICE_CLEAR, name).run();
    if (Status back = DmTask(DM_DEVICE_RESUME, name).run(); !back)
        return pass(resumed.error(), "resume, and the old table stays suspended");
    return pass(resumed.error(), "resume with the new table");
}

Status DmClient::reload(const plan::DmDevice& device) {
    const Result<DmInfo> live = info(device.uuid);
    if (!live)
        return pass(live.error());
    Status done = load(live->name, device.table);
    if (done)
        done = suspend_and_resume({.uuid = device.uuid, .name = live->name, .table = device.table});
    return done ? done : Status(pass(done.error(), "dm device " + live->name));
}

Status DmClient::reload_stopped(const plan::DmDevice& device,
                                const std::function<Status()>& meanwhile) {
    const Result<DmInfo> live = info(device.uuid);
    if (!live)
        return pass(live.error());
    const std::string context = "dm device " + live->name;
    if (Status suspended = DmTask(DM_DEVICE_SUSPEND, live->name).run(); !suspended)
        return pass(suspended.error(), context + ": suspend");
    Status loaded = meanwhile();
    if (loaded)
        loaded = load(live->name, device.table);
    if (loaded) {
        Status resumed = resume_with_new_table(live->name);
        return resumed ? resumed : Status(pass(resumed.error(), context));
    }
    if (Status back = DmTask(DM_DEVICE_RESUME, live->name).run(); !back)
        return pass(loaded.error(), context + ": the old table stays suspended");
    return pass(loaded.error(), context);
}

Status DmClient::resume(const std::string& uuid) {
    const Result<DmInfo> device = info(uuid);
    if (!device)
        return pass(device.error());
    // A resume would bring the other table to life, which was planned by somebody who is gone.
    if (const auto live = table(uuid); live && !live->empty())
        (void)DmTask(DM_DEVICE_CLEAR, device->name).run();
    if (Status resumed = DmTask(DM_DEVICE_RESUME, device->name).run(); !resumed)
        return pass(resumed.error(), "dm device " + device->name);
    return ensure_node(*device);
}

Status DmClient::remove(const std::string& uuid) {
    const Result<DmInfo> device = info(uuid);
    if (!device)
        return pass(device.error());
    if (Status removed = DmTask(DM_DEVICE_REMOVE, device->name).run(); !removed)
        return pass(removed.error(), fmt::format("dm device {} ({}, opened {} times)", device->name,
                                                 device->number, device->opens));
    return {};
}

Status DmClient::message(const std::string& uuid, const std::string& text) {
    const Result<DmInfo> device = info(uuid);
    if (!device)
        return pass(device.error());
    if (Status sent = DmTask(DM_DEVICE_TARGET_MSG, device->name).message(0, text).run(); !sent)
        return pass(sent.error(), fmt::format("message '{}' to {}", text, device->name));
    return {};
}

std::vector<FenceResult> DmClient::fence_all(const std::vector<std::string>& uuids,
                                             std::uint64_t epoch, std::chrono::milliseconds drain) {
    KernelGates gates;
    return sys::fence_all(gates, uuids, epoch, drain);
}

Status DmClient::fence_one(const plan::Fence& fence) {
    const auto targets = status(fence.uuid);
    if (!targets)
        return pass(targets.error());
    const auto now = parse_dnvme_status(targets->empty() ? "" : targets->front().params);
    if (!now)
        return pass(now.error());
    KernelGates gates;
    return sys::fence_one(gates, *now, fence);
}

Status DmClient::create_thin(const std::string& pool_uuid, std::uint32_t thin_id) {
    Status sent = message(pool_uuid, fmt::format("create_thin {}", thin_id));
    if (!sent && sent.error().sys_errno() == EEXIST)
        return {};
    return sent;
}

}  // namespace dnvme::sys
