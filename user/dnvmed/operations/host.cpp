// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/uuid.h"
#include "operations/intent.h"
#include "view.h"

namespace dnvme::daemon {

namespace {

Status check_new_nqn(const model::Cluster& cluster, const std::string& nqn) {
    if (auto formed = model::check_nqn(nqn); !formed) {
        return formed;
    }
    for (const auto& [name, host] : cluster.hosts) {
        if (host.nqn() == nqn) {
            return fail(Code::exists, fmt::format("host '{}' has the NQN {} already", name, nqn));
        }
    }
    return {};
}

}  // namespace

Result<Intent> create_host(const Context& context, const v1::CreateHostRequest& request) {
    if (auto named = check_new_name(context.cluster.hosts, "host", request.name()); !named) {
        return pass(named.error());
    }
    if (auto fresh = check_new_nqn(context.cluster, request.nqn()); !fresh) {
        return pass(fresh.error());
    }
    v1::Host host;
    host.set_uuid(make_uuid());
    host.set_name(request.name());
    host.set_nqn(request.nqn());
    Intent intent;
    intent.what = fmt::format("create host '{}'", host.name());
    intent.edits = {host};
    intent.finish = [name = host.name()](const Observation& seen) {
        v1::Event event;
        *event.mutable_host() = view_host(seen, seen.cluster.hosts.at(name));
        return std::optional(event);
    };
    return intent;
}

Result<Intent> delete_host(const Context& context, const v1::DeleteRequest& request) {
    auto host = find(context.cluster.hosts, "host", request.name());
    if (!host) {
        return pass(host.error());
    }
    if (const auto volumes = volumes_of(context.cluster, host->name()); !volumes.empty()) {
        return fail(Code::precondition,
                    fmt::format("host '{}' is attached to volumes: detach them first: {}",
                                host->name(), fmt::join(volumes, ", ")));
    }
    host->set_deleting(true);
    Intent intent;
    intent.what = fmt::format("delete host '{}'", host->name());
    intent.edits = {*host};
    intent.owners = {host->nqn(), host->uuid()};
    intent.finish = [name = host->name()](const Observation& seen) {
        return check_gone(seen.cluster.hosts, name);
    };
    return intent;
}

}  // namespace dnvme::daemon
