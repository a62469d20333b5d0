// SPDX-License-Identifier: Apache-2.0
#include "sys/sim_gates.h"

#include <cerrno>

#include <fmt/format.h>
#include <linux/dm-dnvme.h>

#include "plan/references.h"
#include "sys/refused.h"
#include "sys/word_reader.h"

namespace dnvme::sys {

Result<std::uint64_t> SimGates::epoch_of(const std::string& uuid) const {
    const auto device = kernel_.dm.find(uuid);
    if (device == kernel_.dm.end()) {
        return refused(ENXIO, "dm device " + uuid);
    }
    if (device->second.table.empty() || device->second.table[0].type != "dnvme") {
        return refused(EINVAL, fmt::format("dm device {} is no gate", uuid));
    }
    if (const auto fenced = fenced_.find(uuid); fenced != fenced_.end()) {
        return fenced->second;
    }
    return WordReader(device->second.table[0].params).number<std::uint64_t>();
}

Result<DnvmeStatus> SimGates::status(const std::string& uuid) const {
    const Result<std::uint64_t> epoch = epoch_of(uuid);
    if (!epoch) {
        return pass(epoch.error());
    }
    DnvmeStatus status;
    status.epoch = *epoch;
    const bool standby = plan::dm_devices_below(kernel_.dm.at(uuid)).empty();
    status.state = standby ? DNVME_STATE_HELD : DNVME_STATE_LIVE;
    if (fenced_.contains(uuid)) {
        status.state = DNVME_STATE_FENCED;
    }
    return status;
}

Result<std::string> SimGates::fail_held(const std::string& uuid) const {
    const Result<DnvmeStatus> now = status(uuid);
    if (!now) {
        return pass(now.error());
    }
    if (now->state == DNVME_STATE_LIVE) {
        return refused(EINVAL, fmt::format("gate {} is live", uuid));
    }
    return std::string();
}

Result<std::string> SimGates::send(const std::string& uuid, const std::string& text) {
    const Result<std::uint64_t> current = epoch_of(uuid);
    if (!current) {
        return pass(current.error());
    }
    if (text == DNVME_MSG_FAIL_HELD) {
        return fail_held(uuid);
    }
    WordReader words(text);
    const bool is_fence = words.word() == "fence";
    const std::uint64_t epoch = is_fence ? words.number<std::uint64_t>() : *current;
    if (is_fence && epoch <= *current) {
        return refused(ESTALE, fmt::format("gate {} is at epoch {}", uuid, *current));
    }
    if (!is_fence && !fenced_.contains(uuid)) {
        return refused(EBUSY, fmt::format("gate {} is not fenced", uuid));
    }
    fenced_[uuid] = epoch;
    const std::uint64_t below = in_flight_[uuid];
    return fmt::format("{} {} {} 0 0", epoch, below == 0 ? "drained" : "undrained", below);
}

void SimGates::forget(const std::string& uuid) {
    fenced_.erase(uuid);
    in_flight_.erase(uuid);
}

void SimGates::forget_all() {
    fenced_.clear();
    in_flight_.clear();
}

}  // namespace dnvme::sys
