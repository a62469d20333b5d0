// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "dnvmectl/arguments.h"
#include "dnvmectl/nouns.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

template <class View>
Status show_view(Session& session, const View& view) {
    session.formatter.show(view);
    return {};
}

Status show_view(Session& session, const v1::VolumeView& view) {
    const auto disks = disks_by_uuid(session);
    if (!disks) {
        return tl::unexpected(disks.error());
    }
    session.formatter.show(view, *disks);
    return {};
}

template <class Noun>
Status show(Session& session, const std::string& name) {
    const auto view = find_view<Noun>(session.client, name);
    return view ? show_view(session, *view) : tl::unexpected(view.error());
}

template <class Noun>
void add_to(CLI::App& app, CommandLine& line) {
    const auto name = std::make_shared<std::string>();
    CLI::App* verb = add_verb(*app.get_subcommand(Noun::word), line, "show",
                              fmt::format("Show everything about one {}", Noun::word),
                              [name](Session& session) { return show<Noun>(session, *name); });
    add_name(*verb, *name, fmt::format("Name of the {}", Noun::word));
}

}  // namespace

void add_show(CLI::App& app, CommandLine& line) {
    add_to<NodeNoun>(app, line);
    add_to<DiskNoun>(app, line);
    add_to<VolumeNoun>(app, line);
    add_to<HostNoun>(app, line);
    add_to<HeadNoun>(app, line);
}

}  // namespace dnvme::ctl
