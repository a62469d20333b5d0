// SPDX-License-Identifier: Apache-2.0
#include "sys/initiator.h"

#include <cerrno>
#include <chrono>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/fd.h"
#include "model/names.h"
#include "sys/number.h"
#include "sys/refused.h"
#include "sys/text_file.h"

namespace dnvme::sys {
namespace {

constexpr const char* kFabrics = "/dev/nvme-fabrics";
/// Seconds. A peer that is silent is noticed within two keep-alive commands; its I/O fails
/// kFastFail later.
constexpr int kKeepAlive = 5;
constexpr int kReconnect = 2;
constexpr int kFastFail = 4;
/// Of sysfs, whatever the device's own are.
constexpr std::uint64_t kSectorBytes = 512;
/// Never give a connection up.
constexpr int kForEver = -1;

constexpr auto kPatience = std::chrono::seconds(2);
constexpr auto kPause = std::chrono::milliseconds(10);

/// "traddr=192.0.2.1,trsvcid=4420,src_addr=...": the value of @p key.
std::string value_in(const std::string& address, const std::string& key) {
    const std::string text = "," + address + ",";
    const std::size_t at = text.find("," + key + "=");
    if (at == std::string::npos)
        return "";
    const std::size_t begin = at + key.size() + 2;
    return text.substr(begin, text.find(',', begin) - begin);
}

plan::Connection read_connection(const Path& controller) {
    const std::string address = text_of(controller / "address");
    return {.nqn = text_of(controller / "subsysnqn"),
            .address = value_in(address, "traddr"),
            .service = to_number<std::uint16_t>(value_in(address, "trsvcid")).value_or(0),
            .host_nqn = text_of(controller / "hostnqn"),
            .live = text_of(controller / "state") == "live",
            .device = ""};
}

}  // namespace

std::string connect_options(const plan::Connection& connection) {
    return fmt::format(
        "nqn={},transport=tcp,traddr={},trsvcid={},hostnqn={},hostid={},keep_alive_tmo={},"
        "reconnect_delay={},fast_io_fail_tmo={},ctrl_loss_tmo={}",
        connection.nqn, connection.address, connection.service, connection.host_nqn,
        model::uuid_in_nqn(connection.host_nqn).value_or(""), kKeepAlive, kReconnect, kFastFail,
        kForEver);
}

Status write_to_fabrics(const std::string& options) {
    const Fd fabrics(::open(kFabrics, O_RDWR | O_CLOEXEC));
    if (!fabrics.valid())
        return fail(Code::unavailable,
                    fmt::format("{} cannot be opened: module nvme-tcp is missing", kFabrics));
    if (::write(fabrics.get(), options.data(), options.size()) < 0)
        return refused(errno, kFabrics);
    return {};
}

/// Empty if it is none. With nvme_core.multipath=Y the disk is the subsystem's, and those of its
/// connections are hidden; without, it is the connection's.
std::string Initiator::logical_disk_at(const Path& block) const {
    if (!block.filename().string().starts_with("nvme") || text_of(block / "hidden") == "1")
        return "";
    const auto uuid = model::uuid_in_nqn(text_of(block / "device/subsysnqn"));
    return uuid && *uuid == text_of(block / "uuid") && text_of(block / "size") != "0" ? *uuid : "";
}

Result<std::map<std::string, std::string>> Initiator::devices() const {
    const auto blocks = ConfigFs::list(sys_ / "block");
    if (!blocks)
        return pass(blocks.error());
    std::map<std::string, std::string> found;
    for (const std::string& name : *blocks) {
        if (std::string uuid = logical_disk_at(sys_ / "block" / name); !uuid.empty())
            found[std::move(uuid)] = "/dev/" + name;
    }
    return found;
}

std::uint64_t Initiator::size_of(const Path& device) const {
    const std::string sectors = text_of(sys_ / "block" / device.filename() / "size");
    return to_number<std::uint64_t>(sectors).value_or(0) * kSectorBytes;
}

Result<std::map<std::string, plan::Connection>> Initiator::probe() const {
    const auto controllers = ConfigFs::list(sys_ / "class/nvme");
    const auto paths = devices();
    if (!controllers || !paths)
        return pass(!controllers ? controllers.error() : paths.error(), "probe connections");
    std::map<std::string, plan::Connection> found;
    for (const std::string& name : *controllers) {
        const Path dir = sys_ / "class/nvme" / name;
        plan::Connection connection = read_connection(dir);
        const auto uuid = model::uuid_in_nqn(connection.nqn);
        if (text_of(dir / "transport") != "tcp" || !uuid)
            continue;
        if (const auto path = paths->find(*uuid); path != paths->end()) {
            connection.device = path->second;
            connection.size_bytes = size_of(path->second);
        }
        if (const auto there = found.find(connection.nqn);
            there == found.end() || !there->second.live)
            found[connection.nqn] = std::move(connection);
    }
    return found;
}

Status Initiator::connect(const plan::Connection& connection) {
    if (Status connected = fabrics_(connect_options(connection)); !connected)
        return connected;
    const std::string uuid = model::uuid_in_nqn(connection.nqn).value_or("");
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < end) {
        if (const auto paths = devices(); !paths || paths->contains(uuid))
            break;
        std::this_thread::sleep_for(kPause);
    }
    return {};
}

/// The kernel would take the device away under whoever has it open.
Status Initiator::check_free(const std::string& nqn) const {
    const auto paths = devices();
    if (!paths)
        return pass(paths.error());
    const auto path = paths->find(model::uuid_in_nqn(nqn).value_or(""));
    if (path == paths->end())
        return {};
    const auto holders = ConfigFs::list(sys_ / "block" / Path(path->second).filename() / "holders");
    if (!holders || !holders->empty())
        return refused(EBUSY, fmt::format("something stands on {}", path->second));
    return {};
}

Status Initiator::disconnect(const plan::Disconnect& a) {
    if (Status free = check_free(a.nqn); !free)
        return free;
    const auto controllers = ConfigFs::list(sys_ / "class/nvme");
    if (!controllers)
        return pass(controllers.error());
    for (const std::string& name : *controllers) {
        const Path dir = sys_ / "class/nvme" / name;
        const plan::Connection connection = read_connection(dir);
        if (connection.nqn != a.nqn || connection.host_nqn != a.host_nqn)
            continue;
        if (Status deleted = fs_.write(dir / "delete_controller", "1"); !deleted)
            return deleted;
    }
    return {};
}

}  // namespace dnvme::sys
