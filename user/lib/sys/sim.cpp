// SPDX-License-Identifier: Apache-2.0
#include "sys/sim.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/dm-dnvme.h>
#include <sys/socket.h>

#include "model/names.h"
#include "plan/references.h"
#include "sys/dm_refs.h"
#include "sys/fence_front.h"
#include "sys/refused.h"
#include "sys/sim_rules.h"

namespace dnvme::sys {

Simulator::Simulator() : disks_(kernel_), gates_(kernel_), heads_(kernel_), remotes_(kernel_) {}

plan::KernelState Simulator::state() const {
    plan::KernelState state = kernel_;
    for (auto& [uuid, device] : state.dm) {
        const auto foreign = foreign_opens_.find(uuid);
        device.opens = static_cast<std::int32_t>(plan::count_holders(kernel_, uuid));
        device.opens += foreign == foreign_opens_.end() ? 0 : foreign->second;
    }
    return state;
}

Result<plan::KernelState> Simulator::probe(const std::vector<BlockDevice>& /*labelled*/) {
    return state();
}

Result<std::vector<RaidHealth>> Simulator::raid_health() {
    std::vector<RaidHealth> arrays;
    for (const auto& [uuid, device] : kernel_.dm) {
        if (device.table.empty() || device.table[0].type != "raid")
            continue;
        // Each member is a metadata and a data device.
        std::string health(references_in(device.table[0].params).size() / 2, 'A');
        for (const std::size_t index : failed_[uuid])
            health.at(index) = 'D';
        const bool in_sync = health.find('D') == std::string::npos;
        arrays.push_back({uuid, std::move(health), in_sync});
    }
    return arrays;
}

Status Simulator::injected_fault(const std::string& description) {
    if (countdown_ > 0 && --countdown_ == 0)
        return refused(countdown_errno_, description);
    if (!fail_text_.empty() && description.find(fail_text_) != std::string::npos)
        return refused(fail_text_errno_, description);
    return {};
}

Status Simulator::run(const plan::Action& action) {
    const std::string description = plan::describe(action);
    if (Status fault = injected_fault(description); !fault)
        return fault;
    const plan::KernelState before = state();
    if (Status allowed = check_action({before, disks_, thins_, heads_, remotes_}, action); !allowed)
        return pass(allowed.error(), description);
    if (Status told = tell_front(action); !told)
        return pass(told.error(), description);
    apply(action);
    history_.push_back(description);
    return {};
}

std::vector<FenceResult> Simulator::fence_all(const std::vector<std::string>& uuids,
                                              std::uint64_t epoch,
                                              std::chrono::milliseconds drain) {
    const std::string description =
        fmt::format("fence {} under epoch {}", fmt::join(uuids, ", "), epoch);
    if (const Status fault = injected_fault(description); !fault)
        return std::vector<FenceResult>(uuids.size(), pass(fault.error()));
    history_.push_back(description);
    return sys::fence_all(gates_, uuids, epoch, drain);
}

Status Simulator::tell_front(const plan::Action& action) {
    if (const auto* fence = std::get_if<plan::FenceFront>(&action)) {
        const auto now = gates_.status(fence->uuid);
        return now ? fence_front(gates_, *now, *fence) : pass(now.error());
    }
    if (const auto* fail = std::get_if<plan::FailHeld>(&action)) {
        const auto done = gates_.send(fail->uuid, DNVME_MSG_FAIL_HELD);
        return done ? Status() : pass(done.error());
    }
    return {};
}

void Simulator::apply(const plan::Action& action) {
    if (const auto* thin = std::get_if<plan::CreateThin>(&action))
        thins_[pool_metadata(kernel_, thin->pool_uuid)].insert(thin->thin_id);
    if (const auto* wipe = std::get_if<plan::WipeDm>(&action))
        thins_.erase(plan::dm_reference(wipe->uuid));
    if (const auto* reload = std::get_if<plan::ReloadDm>(&action))
        gates_.forget(reload->device.uuid);
    if (const auto* remove = std::get_if<plan::RemoveDm>(&action)) {
        failed_.erase(remove->uuid);
        gates_.forget(remove->uuid);
    }
    plan::apply_to(kernel_, action);
    if (const auto* connect = std::get_if<plan::Connect>(&action))
        remotes_.find_device(connect->connection.nqn);
}

Result<CommandDevice> Simulator::open_commands() {
    if (!kernel_.modules.contains(model::command_module))
        return fail(Code::unavailable, "module nvmet-mpath-ext is not loaded");
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) < 0)
        return refused(errno, "make a pair of sockets");
    module_end_ = Fd(ends[0]);
    return CommandDevice(Fd(ends[1]));
}

void Simulator::reboot() {
    kernel_ = {};
    failed_.clear();
    gates_.forget_all();
    foreign_opens_.clear();
}

void Simulator::unplug_namespace(const std::string& device) {
    heads_.unplug(device);
    for (auto& [name, head] : kernel_.heads) {
        for (auto& [path, state] : head.paths)
            state.enabled = state.enabled && state.device != device;
    }
}

void Simulator::fail_action(int n, int sys_errno) {
    countdown_ = n;
    countdown_errno_ = sys_errno;
}

void Simulator::fail_matching(std::string text, int sys_errno) {
    fail_text_ = std::move(text);
    fail_text_errno_ = sys_errno;
}

void Simulator::fail_member(const std::string& raid_uuid, std::size_t index) {
    failed_[raid_uuid].insert(index);
}

std::unique_ptr<Kernel> make_simulator() {
    return std::make_unique<Simulator>();
}

}  // namespace dnvme::sys
