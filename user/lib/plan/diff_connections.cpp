// SPDX-License-Identifier: Apache-2.0
#include "plan/diff.h"

namespace dnvme::plan {
namespace {

/// One that is live is left where it is: its leg may be serving through it.
bool must_go(const KernelState& wanted, const Connection& connection) {
    const auto same = wanted.connections.find(connection.nqn);
    return same == wanted.connections.end() || (same->second != connection && !connection.live);
}

}  // namespace

void diff_connections(Diff& diff, const std::string& node_nqn, const KernelState& actual) {
    const auto is_ours = [&](const Connection& connection) {
        return !node_nqn.empty() && connection.host_nqn == node_nqn;
    };
    for (const auto& [nqn, connection] : actual.connections) {
        if (is_ours(connection) && must_go(diff.wanted, connection))
            diff.disconnect.insert(nqn);
    }
    for (const auto& [nqn, wanted] : diff.wanted.connections) {
        const auto there = actual.connections.find(nqn);
        if (there == actual.connections.end() || !is_ours(there->second) ||
            diff.disconnect.contains(nqn))
            diff.connect.insert(nqn);
    }
}

}  // namespace dnvme::plan
