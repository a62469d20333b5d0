// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/size.h"
#include "base/unix_time.h"
#include "dnvmectl/formatter.h"
#include "dnvmectl/json.h"
#include "dnvmectl/table.h"
#include "dnvmectl/text.h"
#include "dnvmectl/timeline.h"
#include "dnvmectl/verdict.h"
#include "dnvmectl/words.h"

namespace dnvme::ctl {

namespace {

Tone tone_of(v1::Health health) {
    switch (health) {
        case v1::HEALTH_OK:
            return Tone::good;
        case v1::HEALTH_DEGRADED:
        case v1::HEALTH_UNKNOWN:
            return Tone::warning;
        case v1::HEALTH_DOWN:
            return Tone::bad;
        default:
            return Tone::plain;
    }
}

Cell health_cell(v1::Health health) {
    return {word(health), tone_of(health)};
}

Cell health_cell(const v1::VolumeView& view) {
    return view.volume().deleting() ? Cell("deleting", Tone::warning) : health_cell(view.health());
}

/// "rebuilding 42%" while that is known.
Cell sync_cell(const v1::LogicalDisk& member, const v1::VolumeView& view) {
    const auto rebuild = std::find_if(view.rebuilds().begin(), view.rebuilds().end(),
                                      [&](const auto& one) { return one.uuid() == member.uuid(); });
    const std::string done =
        rebuild == view.rebuilds().end() ? "" : fmt::format(" {}%", rebuild->percent());
    return {word(member.sync()) + done,
            member.sync() == v1::LogicalDisk::IN_SYNC ? Tone::good : Tone::warning};
}

/// A cell is never empty: nobody should have to count blanks.
std::string or_dash(const std::string& text) {
    return text.empty() ? "-" : text;
}

template <class Range>
std::string joined(const Range& texts) {
    return or_dash(fmt::format("{}", fmt::join(texts, ",")));
}

template <class Portals>
std::string portal_list(const Portals& portals) {
    std::vector<std::string> texts;
    for (const v1::Portal& portal : portals) {
        texts.push_back(to_string(portal));
    }
    return joined(texts);
}

template <class Labelled>
std::string label_list(const Labelled& of) {
    const std::map<std::string, std::string> sorted(of.labels().begin(), of.labels().end());
    std::vector<std::string> texts;
    texts.reserve(sorted.size());
    for (const auto& [key, value] : sorted) {
        texts.push_back(fmt::format("{}={}", key, value));
    }
    return joined(texts);
}

std::string device_path(const v1::DiskView& view) {
    return or_dash(view.current_path());
}

std::string exact_size(std::uint64_t bytes) {
    return fmt::format("{} ({} bytes)", format_size(bytes), bytes);
}

/// Name and node of a member's disk.
std::vector<Cell> disk_cells(const v1::LogicalDisk& member, const DisksByUuid& disks) {
    const auto found = disks.find(member.disk_uuid());
    if (found == disks.end()) {
        return {member.disk_uuid(), "-"};
    }
    return {found->second.name(), found->second.node()};
}

/// "site=a, rack!=7; anti-affinity db; by hand", or nothing.
std::string placement_text(const v1::PlacementRules& placement) {
    std::vector<std::string> parts;
    if (!placement.rules().empty()) {
        parts.push_back(fmt::format("{}", fmt::join(placement.rules(), ", ")));
    }
    if (!placement.anti_affinity().empty()) {
        parts.push_back("anti-affinity " + placement.anti_affinity());
    }
    if (placement.pinned()) {
        parts.emplace_back("by hand");
    }
    return fmt::format("{}", fmt::join(parts, "; "));
}

Cell presence_cell(v1::Presence presence) {
    return {word(presence), presence == v1::PRESENCE_ONLINE ? Tone::good : Tone::warning};
}

void add_problem(Table& table, const std::string& name, const std::string& problem) {
    if (!problem.empty()) {
        table.note(fmt::format("  ! {}: {}", name, problem));
    }
}

/// Of every slice, in their order.
std::string offsets_cell(const v1::LogicalDisk& member) {
    std::string cell = format_size(member.offset_bytes());
    for (const auto& slice : member.further_slices()) {
        cell += ", " + format_size(slice.offset_bytes());
    }
    return cell;
}

Table member_table(const v1::VolumeView& view, const DisksByUuid& disks) {
    const v1::Volume& volume = view.volume();
    Table table({"LEG", "EPOCH", "MEMBER", "DISK", "NODE", "OFFSET", "SIZE", "STATE"});
    for (int leg = 0; leg < volume.legs_size(); ++leg) {
        const auto& members = volume.legs(leg).members();
        for (int i = 0; i < members.size(); ++i) {
            const auto disk = disk_cells(members[i], disks);
            table.row({std::to_string(leg), std::to_string(volume.legs(leg).epoch()),
                       std::to_string(i), disk[0], disk[1], offsets_cell(members[i]),
                       format_size(members[i].size_bytes()), sync_cell(members[i], view)});
        }
    }
    return table;
}

bool has_standbys(const v1::VolumeView& view) {
    return !view.volume().standbys().empty();
}

Table controller_table(const v1::VolumeView& view) {
    Table table({"CONTROLLER", "ROLE", "NODE", "PORTALS", "SUBSYSTEM"});
    for (const v1::ControllerView& controller : view.controllers()) {
        table.row({std::to_string(controller.number()), word(controller.role()), controller.node(),
                   portal_list(controller.portals()), controller.subsystem_nqn()});
    }
    return table;
}

/// Who owns what is of interest only where owners can change.
std::vector<std::string> volume_headers(bool owners) {
    std::vector<std::string> headers{"NAME", "SIZE", "LEGS", "REDUNDANCY", "HEALTH", "HOSTS"};
    if (owners) {
        headers.insert(headers.end(), {"CONTROLLERS", "OWNER", "EPOCH"});
    }
    return headers;
}

std::vector<Cell> volume_row(const v1::VolumeView& view, bool owners) {
    const v1::Volume& volume = view.volume();
    std::vector<Cell> row{volume.name(),
                          format_size(volume.size_bytes()),
                          std::to_string(volume.legs_size()),
                          redundancy_word(volume),
                          health_cell(view),
                          joined(volume.hosts())};
    if (owners) {
        row.insert(row.end(), {std::to_string(volume.standbys_size() + 1),
                               std::to_string(volume.owner()), std::to_string(volume.epoch())});
    }
    return row;
}

/// Empty for one that is as it should be.
std::string node_problem(const v1::NodeView& view) {
    return view.presence() == v1::PRESENCE_ONLINE ? view.problem() : presence_words(view);
}

void add_store(Table& table, const v1::StoreView& store) {
    const std::string where =
        fmt::format("{} at {}", store.kind(), fmt::join(store.places(), ", "));
    table.row({"store", store.reachable() ? where : Cell(where + " does not answer", Tone::bad)});
    if (!store.reachable()) {
        table.note(
            fmt::format("  ! no answer{}: {}", since_words(store.since_unix_s()), store.problem()));
    }
}

/// How many there are of each kind, and what is wrong with whom.
void add_nodes(Table& table, const v1::ClusterStatus& status) {
    std::map<v1::Presence, int> numbers;
    for (const v1::NodeView& view : status.nodes()) {
        ++numbers[view.presence()];
    }
    std::vector<std::string> texts;
    texts.reserve(numbers.size());
    for (const auto& [presence, number] : numbers) {
        texts.push_back(fmt::format("{} {}", number, word(presence)));
    }
    table.row({"nodes", or_dash(fmt::format("{}", fmt::join(texts, ", ")))});
    for (const v1::NodeView& view : status.nodes()) {
        add_problem(table, view.node().name(), node_problem(view));
    }
}

void add_volumes(Table& table, const v1::ClusterStatus& status) {
    const auto bad = static_cast<std::uint32_t>(status.volumes_size());
    table.row({"volumes", bad == 0
                              ? std::to_string(status.volume_count())
                              : fmt::format("{}, of which {} not as {} should be",
                                            status.volume_count(), bad, bad == 1 ? "it" : "they")});
    for (const v1::VolumeView& view : status.volumes()) {
        add_problem(table, view.volume().name(),
                    fmt::format("{}{}: {}", health_cell(view).text,
                                since_words(view.since_unix_s()), view.problem()));
    }
}

/// Those that were given; the others are the module's.
std::string settings_text(const v1::HeadSettings& settings) {
    std::vector<std::string> texts;
    const auto given = to_json(settings);
    for (const auto& [name, value] : given.items()) {
        texts.push_back(fmt::format("{}={}", name, value.dump()));
    }
    return or_dash(fmt::format("{}", fmt::join(texts, " ")));
}

const std::vector<std::string> path_headers{"HEAD",     "PATH",   "DEVICE",  "STATE",
                                            "PRIORITY", "ERRORS", "IDENTITY"};

class TableFormatter final : public Formatter {
  public:
    TableFormatter(const GlobalOptions& options, bool colour, std::ostream& out)
        : quiet_(options.quiet),
          style_{.headers = !options.no_headers, .colour = colour},
          out_(out) {}

    void info(const v1::Info& info) override {
        Table table;
        table.row({"version", info.version()})
            .row({"node", info.node()})
            .row({"cluster", info.cluster_uuid()})
            .row({"kernel", info.simulated() ? "simulated" : "real"});
        print(table);
    }

    void show(const v1::ClusterView& view) override {
        Table table;
        table.row({"uuid", view.uuid()})
            .row({"store", fmt::format("{} ({})", view.store(), view.store_kind())})
            .row({"revision", std::to_string(view.revision())})
            .row({"nodes", std::to_string(view.nodes())})
            .row({"disks", std::to_string(view.disks())})
            .row({"volumes", std::to_string(view.volumes())})
            .row({"hosts", std::to_string(view.hosts())})
            .row({"heads", std::to_string(view.heads())});
        print(table);
    }

    void status(const v1::ClusterStatus& status) override {
        Table table;
        table.row({"cluster", or_dash(status.cluster_uuid())});
        add_store(table, status.store());
        table.row({"leader", or_dash(status.leader())});
        add_nodes(table, status);
        add_volumes(table, status);
        table.row({"verdict", verdict(status)});
        print(table);
    }

    void happened(const v1::ClusterEvent& event) override {
        out_ << fmt::format("{}  {} {} {}", time_words(event.time_unix_s()), event.noun(),
                            event.name(), event.what())
             << std::endl;
    }

    void list(const v1::NodeList& nodes) override {
        Table table({"NAME", "STATE", "PORTALS", "LABELS"});
        for (const v1::NodeView& view : nodes.nodes()) {
            const v1::Node& node = view.node();
            list_row(table,
                     {node.name(), presence_cell(view.presence()), portal_list(node.portals()),
                      label_list(node)},
                     node_problem(view));
        }
        print(table);
    }

    void list(const v1::DiskList& disks) override {
        Table table({"NAME", "NODE", "SIZE", "FREE", "HEALTH", "PATH"});
        for (const v1::DiskView& view : disks.disks()) {
            const v1::Disk& disk = view.disk();
            list_row(
                table,
                {disk.name(), disk.node(), format_size(disk.size_bytes()),
                 format_size(view.free_bytes()), health_cell(view.health()), device_path(view)},
                view.problem());
        }
        print(table);
    }

    void list(const v1::VolumeList& volumes) override {
        const auto& views = volumes.volumes();
        const bool owners = std::any_of(views.begin(), views.end(), has_standbys);
        Table table(volume_headers(owners));
        for (const v1::VolumeView& view : views) {
            list_row(table, volume_row(view, owners), view.problem());
        }
        print(table);
    }

    void list(const v1::HostList& hosts) override {
        Table table({"NAME", "NQN", "VOLUMES"});
        for (const v1::HostView& view : hosts.hosts()) {
            list_row(table, {view.host().name(), view.host().nqn(), joined(view.volumes())});
        }
        print(table);
    }

    void list(const v1::HeadList& heads) override {
        Table table({"NAME", "DISK", "STATE", "ACTIVE", "QUEUED", "FAILOVERS", "HEALTH"});
        for (const v1::HeadView& view : heads.heads()) {
            list_row(table,
                     {view.head().name(), or_dash(view.disk()), or_dash(view.state()),
                      or_dash(view.active_path()), std::to_string(view.queued()),
                      std::to_string(view.failovers()), health_cell(view.health())},
                     view.problem());
        }
        print(table);
    }

    void list_paths(const v1::HeadList& heads) override {
        Table table(path_headers);
        for (const v1::HeadView& view : heads.heads()) {
            add_paths(table, view);
        }
        print(table);
    }

    void show(const v1::NodeView& view) override {
        const v1::Node& node = view.node();
        Table table;
        table.row({"name", node.name()})
            .row({"uuid", node.uuid()})
            .row({"portals", portal_list(node.portals())})
            .row({"labels", label_list(node)})
            .row({"state", word(view.presence()) + since_words(view.since_unix_s())});
        add_problem(table, node.name(), node_problem(view));
        print(table);
    }

    void show(const v1::DiskView& view) override {
        const v1::Disk& disk = view.disk();
        Table table;
        table.row({"name", disk.name()})
            .row({"uuid", disk.uuid()})
            .row({"node", disk.node()})
            .row({"size", exact_size(disk.size_bytes())})
            .row({"free", exact_size(view.free_bytes())})
            .row({"health", health_cell(view.health())})
            .row({"path", device_path(view)})
            .row({"given as", disk.path()})
            .row({"labels", label_list(disk)});
        add_problem(table, disk.name(), view.problem());
        print(table);
    }

    void show(const v1::VolumeView& view, const DisksByUuid& disks) override {
        const v1::Volume& volume = view.volume();
        Table table;
        table.row({"name", volume.name()})
            .row({"uuid", volume.uuid()})
            .row({"size", exact_size(volume.size_bytes())})
            .row({"chunk", format_size(volume.chunk_bytes())})
            .row({"redundancy", redundancy_word(volume)})
            .row({"health", health_cell(view)})
            .row({"epoch", std::to_string(volume.epoch())})
            .row({"subsystem", view.subsystem_nqn()})
            .row({"portals", portal_list(view.portals())})
            .row({"hosts", joined(volume.hosts())});
        // Only where that is not said by its disks.
        if (!volume.node().empty()) {
            table.row({"node", volume.node()});
        }
        if (const std::string placement = placement_text(volume.placement()); !placement.empty()) {
            table.row({"placement", placement});
        }
        add_problem(table, volume.name(), view.problem());
        print(table);
        out_ << '\n';
        print(member_table(view, disks));
        if (has_standbys(view)) {
            out_ << '\n';
            print(controller_table(view));
        }
    }

    void show(const v1::HostView& view) override {
        Table table;
        table.row({"name", view.host().name()})
            .row({"uuid", view.host().uuid()})
            .row({"nqn", view.host().nqn()})
            .row({"volumes", joined(view.volumes())});
        print(table);
    }

    void show(const v1::HeadView& view) override {
        const v1::Head& head = view.head();
        Table table;
        table.row({"name", head.name()})
            .row({"uuid", head.uuid()})
            .row({"identity", or_dash(head.identity())})
            .row({"activation", word(head.activation())})
            .row({"policy", word(head.policy())})
            .row({"settings", settings_text(head.settings())})
            .row({"disk", or_dash(view.disk())})
            .row({"state", or_dash(view.state())})
            .row({"active", or_dash(view.active_path())})
            .row({"queued", std::to_string(view.queued())})
            .row({"failovers", std::to_string(view.failovers())})
            .row({"epoch", std::to_string(view.epoch())})
            .row({"health", health_cell(view.health())});
        add_problem(table, head.name(), view.problem());
        print(table);
        out_ << '\n';
        Table paths(path_headers);
        add_paths(paths, view);
        print(paths);
    }

    void show_path(const v1::HeadView& view, const v1::PathView& path) override {
        Table table;
        table.row({"head", view.head().name()})
            .row({"name", path.name()})
            .row({"device", or_dash(path.device())})
            .row({"state", or_dash(path.state())})
            .row({"priority", std::to_string(path.priority())})
            .row({"errors", std::to_string(path.errors())})
            .row({"identity", or_dash(path.identity())});
        add_problem(table, path.name(), path.problem());
        print(table);
    }

    void plan(const v1::Plan& plan) override {
        for (const std::string& note : plan.notes()) {
            out_ << printable(note) << '\n';
        }
        for (const std::string& action : plan.actions()) {
            out_ << printable(action) << '\n';
        }
        say("{} action{}; nothing was changed", plan.actions_size(),
            plan.actions_size() == 1 ? "" : "s");
    }

    void created(const v1::NodeView& view) override {
        say("node {} created: {}", view.node().name(), portal_list(view.node().portals()));
    }

    void created(const v1::DiskView& view) override {
        say("disk {} created: {} on node {} ({})", view.disk().name(),
            format_size(view.disk().size_bytes()), view.disk().node(), device_path(view));
    }

    void created(const v1::VolumeView& view) override {
        const v1::Volume& volume = view.volume();
        say("volume {} created: {}, {} {}, redundancy {}", volume.name(),
            format_size(volume.size_bytes()), volume.legs_size(),
            volume.legs_size() == 1 ? "leg" : "legs", redundancy_word(volume));
    }

    void created(const v1::HostView& view) override {
        say("host {} created: {}", view.host().name(), view.host().nqn());
    }

    void created(const v1::HeadView& view) override {
        say("head {} created: activation {}, {}", view.head().name(),
            word(view.head().activation()), word(view.head().policy()));
    }

    void changed(const v1::NodeView& view) override {
        say("labels of node {}: {}", view.node().name(), label_list(view.node()));
    }

    void changed(const v1::DiskView& view) override {
        say("labels of disk {}: {}", view.disk().name(), label_list(view.disk()));
    }

    void changed(const v1::HeadView& view, const std::string& what) override {
        if (view.state().empty()) {
            say("{}; head {} has no disk yet", what, view.head().name());
        } else {
            say("{}; head {} is {}, active {}", what, view.head().name(), view.state(),
                or_dash(view.active_path()));
        }
    }

    void deleted(const std::string& noun, const std::string& name) override {
        say("{} {} deleted", noun, name);
    }

    // Nothing but commands, so that the output can be handed to the host's shell as it is.
    void attached(const Attachment& attachment) override {
        const std::string& host = attachment.host.host().nqn();
        for (const v1::ControllerView& controller : attachment.volume.controllers()) {
            for (const v1::Portal& portal : controller.portals()) {
                out_ << connect_command(portal, controller.subsystem_nqn(), host) << '\n';
            }
        }
    }

    void detached(const v1::VolumeView& volume, const std::string& host) override {
        say("volume {} detached from host {}", volume.volume().name(), host);
    }

    void activated(const v1::VolumeView& view) override {
        const v1::Volume& volume = view.volume();
        say("volume {} is owned by controller {} from epoch {} on", volume.name(), volume.owner(),
            volume.epoch());
    }

    void failover(const v1::VolumeView& view, const DisksByUuid& disks) override {
        Table table({"TIME", "AFTER", "STEP"});
        const auto moments = timeline(view, disks);
        for (const Moment& moment : moments) {
            const bool came = moment.at_unix_ms != 0;
            table.row({came ? time_words(moment.at_unix_ms / 1000) : "-",
                       came ? fmt::format("{} ms", milliseconds_after(moments, moment)) : "-",
                       {moment.what, came ? Tone::plain : Tone::warning}});
        }
        print(table);
    }

    void connections(const std::vector<ConnectionState>& states) override {
        for (const ConnectionState& state : states) {
            say("{}: {}", to_string(state.connection), state.state);
        }
    }

    void renamed(const v1::VolumeView& view, const std::string& old) override {
        say("volume {} is called {} now", old, view.volume().name());
    }

    void replaced(const v1::DiskView& view, const std::string& old) override {
        say("disk {} is replaced by disk {}: see volume show and status for the rebuild", old,
            view.disk().name());
    }

    void resized(const v1::VolumeView& view) override {
        say("volume {} has {} now", view.volume().name(), format_size(view.volume().size_bytes()));
    }

    void backed_up(const BackupWritten& backup) override {
        say("{} records of revision {} written to {}", backup.header.records(),
            backup.header.revision(), backup.file);
    }

    void restored(const v1::RestoreResult& result) override {
        say("{} records added from the backup of {}, {} were there and kept", result.added(),
            result.backup().taken_at(), result.kept());
    }

    void migrated(const v1::MigrateResult& result, const std::string& config) override {
        say("{} records moved from {} to {}", result.records(), result.from(), result.to());
        say("now put {} in the place of dnvmed.toml and restart dnvmed: it refuses everything "
            "until then",
            config);
    }

  private:
    /// With --quiet a list is a list of names.
    void list_row(Table& table, std::vector<Cell> cells, const std::string& problem = "") const {
        const std::string name = cells.front().text;
        if (quiet_) {
            table.row({name});
            return;
        }
        table.row(std::move(cells));
        add_problem(table, name, problem);
    }

    void add_paths(Table& table, const v1::HeadView& view) const {
        for (const v1::PathView& path : view.paths()) {
            if (quiet_) {
                table.row({path.name()});
                continue;
            }
            table.row({view.head().name(), path.name(), or_dash(path.device()),
                       or_dash(path.state()), std::to_string(path.priority()),
                       std::to_string(path.errors()), or_dash(path.identity())});
            add_problem(table, path.name(), path.problem());
        }
    }

    void print(const Table& table) const {
        table.print(out_, {.headers = style_.headers && !quiet_, .colour = style_.colour});
    }

    /// What is nice to know, unless --quiet.
    template <class... Args>
    void say(fmt::format_string<Args...> format, Args&&... args) const {
        if (!quiet_) {
            out_ << printable(fmt::format(format, std::forward<Args>(args)...)) << '\n';
        }
    }

    bool quiet_;
    TableStyle style_;
    std::ostream& out_;
};

}  // namespace

std::unique_ptr<Formatter> make_table_formatter(const GlobalOptions& options, bool colour,
                                                std::ostream& out) {
    return std::make_unique<TableFormatter>(options, colour, out);
}

}  // namespace dnvme::ctl
