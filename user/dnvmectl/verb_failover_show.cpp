// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "dnvmectl/arguments.h"
#include "dnvmectl/nouns.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

Status show_failover(Session& session, const std::string& name) {
    const auto view = find_view<VolumeNoun>(session.client, name);
    if (!view) {
        return tl::unexpected(view.error());
    }
    if (!view->volume().has_handover()) {
        return fail(Code::not_found,
                    fmt::format("volume '{}' has never moved from one node to another", name));
    }
    const auto disks = disks_by_uuid(session);
    if (!disks) {
        return tl::unexpected(disks.error());
    }
    session.formatter.failover(*view, *disks);
    return {};
}

}  // namespace

void add_failover_show(CLI::App& failover, CommandLine& line) {
    const auto name = std::make_shared<std::string>();
    CLI::App* verb =
        add_verb(failover, line, "show", "Show how a volume came to the node that has it",
                 [name](Session& session) { return show_failover(session, *name); });
    add_name(*verb, *name, "Name of the volume");
}

}  // namespace dnvme::ctl
