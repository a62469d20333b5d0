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

#include "base/words.h"
#include "model/names.h"
#include "plan/references.h"
#include "sys/dm_refs.h"
#include "sys/fence_one.h"
#include "sys/number.h"
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
        if (device.table.empty())
            continue;
        if (device.table[0].type == "raid")
            device.raid = health(device);
        if (device.table[0].type != "dnvme")
            continue;
        const auto shut = gates_shut_.find(uuid);
        device.leg = shut == gates_shut_.end() ? DNVME_STATE_LIVE : shut->second;
    }
    return state;
}

Result<plan::KernelState> Simulator::probe(const std::vector<BlockDevice>& /*labelled*/) {
    return state();
}

/// Of each member the table has a metadata and a data device, or two hyphens.
plan::RaidHealth Simulator::health(const plan::DmDevice& raid) const {
    const std::vector<std::string> words = split_words(raid.table[0].params);
    const std::size_t count = 2 + *to_number<std::size_t>(words[1]);
    plan::RaidHealth health{.letters = "", .idle = true, .synced_sectors = 1, .total_sectors = 1};
    for (std::size_t at = count + 1; at + 1 < words.size(); at += 2) {
        const std::size_t index = health.letters.size();
        const auto is_in = [&](const auto& map) {
            const auto found = map.find(raid.uuid);
            return found != map.end() && found->second.contains(index);
        };
        const auto gates = references_in(words[at] + " " + words[at + 1]);
        const bool dead = std::any_of(gates.begin(), gates.end(), [&](const std::string& gate) {
            return std::any_of(gates_shut_.begin(), gates_shut_.end(), [&](const auto& shut) {
                return plan::dm_reference(shut.first) == gate && shut.second == DNVME_STATE_DEAD;
            });
        });
        if (words[at + 1] == "-")
            health.letters += '-';
        else if (dead || is_in(failed_))
            health.letters += 'D';
        else
            health.letters += is_in(rebuilding_) ? 'a' : 'A';
    }
    health.idle = health.letters.find('a') == std::string::npos;
    health.synced_sectors = health.idle ? 1 : 0;
    return health;
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
    if (const auto* check = std::get_if<plan::CheckRaid>(&action);
        check != nullptr && before.dm.at(check->uuid).raid->letters.find('D') != std::string::npos)
        return refused(EIO, description);
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
    if (const auto* fence = std::get_if<plan::Fence>(&action)) {
        const auto now = gates_.status(fence->uuid);
        return now ? fence_one(gates_, *now, *fence) : pass(now.error());
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
        apply(*reload);
    if (const auto* fail = std::get_if<plan::FailMember>(&action))
        gates_shut_[fail->uuid] = DNVME_STATE_DEAD;
    if (const auto* release = std::get_if<plan::ReleaseMember>(&action))
        gates_shut_.erase(release->uuid);
    if (const auto* remove = std::get_if<plan::RemoveDm>(&action)) {
        failed_.erase(remove->uuid);
        rebuilding_.erase(remove->uuid);
        gates_shut_.erase(remove->uuid);
        gates_.forget(remove->uuid);
    }
    plan::apply_to(kernel_, action);
    if (const auto* connect = std::get_if<plan::Connect>(&action))
        remotes_.find_device(connect->connection.nqn);
}

/// A gate's letter comes with its table; an array that is loaded anew forgets whom it has failed.
void Simulator::apply(const plan::ReloadDm& reload) {
    gates_.forget(reload.device.uuid);
    gates_shut_.erase(reload.device.uuid);
    if (reload.device.table.empty() || reload.device.table[0].type != "raid")
        return;
    failed_.erase(reload.device.uuid);
    const std::vector<std::string> words = split_words(reload.device.table[0].params);
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        if (words[i] == "rebuild")
            rebuilding_[reload.device.uuid].insert(*to_number<std::size_t>(words[i + 1]));
    }
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
    rebuilding_.clear();
    gates_shut_.clear();
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

void Simulator::err_member(const std::string& member_uuid) {
    for (const auto kind : {model::DmKind::rmeta, model::DmKind::rdata}) {
        const std::string gate = model::dm_uuid(kind, member_uuid);
        if (kernel_.dm.contains(gate))
            gates_shut_.try_emplace(gate, DNVME_STATE_HELD);
    }
}

std::unique_ptr<Kernel> make_simulator() {
    return std::make_unique<Simulator>();
}

}  // namespace dnvme::sys
