// SPDX-License-Identifier: Apache-2.0
#include "sys/dm_task.h"

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>

#include <fmt/format.h>

#include "base/words.h"
#include "sys/refused.h"

namespace dnvme::sys {
namespace {

/// Keeps scanners (blkid, LVM, multipath) off: a scanner that reads a held device hangs, and what
/// a host wrote to its volume is none of this node's business.
constexpr std::uint16_t kPrivate = DM_UDEV_DISABLE_SUBSYSTEM_RULES_FLAG |
                                   DM_UDEV_DISABLE_DISK_RULES_FLAG |
                                   DM_UDEV_DISABLE_OTHER_RULES_FLAG;

/// What libdevmapper said since it was last cleared.
std::string& library_words() {
    static std::string words;
    return words;
}

// libdevmapper's callback takes the arguments of printf.
void keep_words(int level, const char* /*file*/, int /*line*/, int /*dm_errno*/, const char* format,
                ...) {
    constexpr int kLevelBits = 7;
    constexpr int kError = 3;
    if ((level & kLevelBits) > kError)
        return;
    std::array<char, 1024> text{};
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text.data(), text.size(), format, arguments);
    va_end(arguments);
    library_words() += (library_words().empty() ? "" : "; ") + std::string(text.data());
}

/// Waits for udev whatever happened: a cookie that nobody waits for stays in the system.
class Cookie {
  public:
    Cookie() = default;
    Cookie(const Cookie&) = delete;
    Cookie& operator=(const Cookie&) = delete;
    ~Cookie() {
        if (value_ != 0)
            dm_udev_wait(value_);
        // Where no udev runs libdevmapper makes and removes nodes itself, when it is told to.
        dm_task_update_nodes();
    }
    bool attach(dm_task* task) { return dm_task_set_cookie(task, &value_, kPrivate) == 1; }

  private:
    std::uint32_t value_ = 0;
};

tl::unexpected<Error> task_failed(int sys_errno, KernelLog& kernel_log) {
    const std::string reason = kernel_log.words();
    std::string message = library_words().empty() ? "device-mapper" : library_words();
    if (!reason.empty())
        message += fmt::format(" (the kernel says: {})", reason);
    return refused(sys_errno == 0 ? EIO : sys_errno, std::move(message));
}

}  // namespace

DmTask::DmTask(int type) : type_(type), ready_(true) {
    dm_log_with_errno_init(keep_words);
    library_words().clear();
    task_.reset(dm_task_create(type));
    ready_ = task_ != nullptr;
}

DmTask::DmTask(int type, const std::string& name) : DmTask(type) {
    require(ready_ ? dm_task_set_name(get(), name.c_str()) : 0);
}

DmTask DmTask::by_uuid(int type, const std::string& uuid) {
    DmTask task(type);
    task.uuid(uuid);
    return task;
}

DmTask& DmTask::uuid(const std::string& uuid) {
    require(ready_ ? dm_task_set_uuid(get(), uuid.c_str()) : 0);
    return *this;
}

DmTask& DmTask::target(const plan::DmTarget& target) {
    require(ready_ ? dm_task_add_target(get(), target.start_sectors, target.length_sectors,
                                        target.type.c_str(), target.params.c_str())
                   : 0);
    return *this;
}

DmTask& DmTask::message(std::uint64_t sector, const std::string& text) {
    require(ready_ ? dm_task_set_sector(get(), sector) : 0);
    require(ready_ ? dm_task_set_message(get(), text.c_str()) : 0);
    return *this;
}

DmTask& DmTask::no_flush() {
    require(ready_ ? dm_task_no_flush(get()) : 0);
    return *this;
}

DmTask& DmTask::inactive_table() {
    require(ready_ ? dm_task_query_inactive_table(get()) : 0);
    return *this;
}

bool DmTask::has_node() const {
    return type_ == DM_DEVICE_RESUME || type_ == DM_DEVICE_REMOVE;
}

Status DmTask::run() {
    KernelLog kernel_log;
    return run(kernel_log);
}

Status DmTask::run(KernelLog& kernel_log) {
    Cookie cookie;
    if (ready_ && has_node())
        ready_ = cookie.attach(get());
    if (!ready_)
        return refused(ENOMEM, "libdevmapper: " + library_words());
    if (type_ == DM_DEVICE_REMOVE)  // a scanner may have it open for a moment
        dm_task_retry_remove(get());
    if (dm_task_run(get()) != 1)
        return task_failed(dm_task_get_errno(get()), kernel_log);
    return {};
}

Result<DmInfo> DmTask::info() const {
    dm_info raw{};
    if (dm_task_get_info(get(), &raw) != 1)
        return refused(EIO, "libdevmapper: " + library_words());
    if (raw.exists == 0)
        return refused(ENXIO, "dm device");
    return DmInfo{.name = dm_task_get_name(get()),
                  .uuid = dm_task_get_uuid(get()),
                  .number = fmt::format("{}:{}", raw.major, raw.minor),
                  .opens = raw.open_count,
                  .suspended = raw.suspended != 0};
}

std::string DmTask::answer() const {
    const char* text = dm_task_get_message_response(get());
    return text == nullptr ? "" : text;
}

std::vector<plan::DmTarget> DmTask::targets() const {
    std::vector<plan::DmTarget> targets;
    void* next = nullptr;
    do {
        plan::DmTarget target;
        char* type = nullptr;
        char* params = nullptr;
        next = dm_get_next_target(get(), next, &target.start_sectors, &target.length_sectors, &type,
                                  &params);
        if (type == nullptr)  // no table at all
            break;
        target.type = type;
        target.params = params == nullptr ? "" : join_words(split_words(params));
        targets.push_back(std::move(target));
    } while (next != nullptr);
    return targets;
}

}  // namespace dnvme::sys
