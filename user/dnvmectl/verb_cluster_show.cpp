// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

Status show(Session& session) {
    const auto answer = session.client.ask(&Client::Stub::GetCluster, v1::GetClusterRequest());
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    session.formatter.show(*answer);
    return {};
}

}  // namespace

void add_cluster_show(CLI::App& cluster, CommandLine& line) {
    add_verb(cluster, line, "show", "Say where the records are, and how many", show);
}

}  // namespace dnvme::ctl
