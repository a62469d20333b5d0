// SPDX-License-Identifier: Apache-2.0
#include "sys/sim_remotes.h"

#include "model/names.h"
#include "plan/references.h"

namespace dnvme::sys {

void SimRemotes::offer(const std::string& uuid, std::uint64_t size_bytes) {
    const std::string nqn = model::logical_disk_nqn(uuid);
    offered_[nqn] = size_bytes;
    if (const auto waits = kernel_.connections.find(nqn); waits != kernel_.connections.end())
        find_device(nqn);
}

void SimRemotes::withdraw(const std::string& uuid) {
    const std::string nqn = model::logical_disk_nqn(uuid);
    offered_.erase(nqn);
    if (const auto broken = kernel_.connections.find(nqn); broken != kernel_.connections.end())
        broken->second.live = false;
}

bool SimRemotes::offers(const std::string& nqn) const {
    return offered_.contains(nqn);
}

std::uint64_t SimRemotes::size_of(const std::string& reference) const {
    for (const auto& [nqn, size] : offered_) {
        if (plan::nvme_reference(model::uuid_in_nqn(nqn).value_or("")) == reference &&
            kernel_.connections.contains(nqn))
            return size;
    }
    return 0;
}

void SimRemotes::find_device(const std::string& nqn) {
    plan::Connection& connection = kernel_.connections.at(nqn);
    connection.live = true;
    connection.device = "/dev/simld-" + model::uuid_in_nqn(nqn).value_or("");
    connection.size_bytes = offered_.at(nqn);
}

}  // namespace dnvme::sys
