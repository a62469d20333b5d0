// SPDX-License-Identifier: Apache-2.0
// From what has to change to the order in which it can.
#include <algorithm>

#include "model/names.h"
#include "plan/diff.h"
#include "plan/parts.h"
#include "plan/planner.h"
#include "plan/references.h"
#include "plan/tables.h"

namespace dnvme::plan {
namespace {

constexpr std::uint32_t kThinId = 0;

class Orderer {
  public:
    Orderer(const model::Cluster& cluster, const Desired& desired, const KernelState& actual,
            Diff diff)
        : cluster_(cluster), desired_(desired), actual_(actual), diff_(std::move(diff)) {}

    std::vector<Action> run() {
        load_modules();
        resume();
        fence();
        cut();
        fail_held();
        take_export_down();
        take_devices_down();
        build();
        disconnect();
        put_export_up();
        open();
        change_heads();
        connect();
        forget();
        return std::move(plan_);
    }

  private:
    void load_modules();
    void resume();
    void fence();
    void cut();
    void fail_held();
    void take_export_down();
    void take_devices_down();
    void build();
    void disconnect();
    void put_export_up();
    void open();
    void change_heads();
    void connect();
    void forget();

    void remove(const std::string& uuid);
    void build(const v1::Volume& volume, const v1::Leg& leg);
    void build_pool(const v1::Volume& volume, const v1::Leg& leg);
    void assemble(const v1::Volume& volume, const v1::Leg& leg, const DmDevice& raid);
    void build(const std::string& uuid);
    void wipe(const v1::Volume& volume, const v1::Leg& leg);
    void format(const v1::Volume& volume, const v1::Leg& leg);
    void forget_volumes();
    void forget_hosts();
    [[nodiscard]] bool is_listed(const std::string& host) const;
    [[nodiscard]] bool is_unformatted(const v1::Leg& leg) const {
        return desired_.unformatted.contains(leg.uuid());
    }
    [[nodiscard]] bool is_remote(const v1::LogicalDisk& member) const {
        return diff_.wanted.connections.contains(model::logical_disk_nqn(member.uuid()));
    }
    template <class A>
    void add(A action) {
        plan_.emplace_back(std::move(action));
    }

    const model::Cluster& cluster_;
    const Desired& desired_;
    const KernelState& actual_;
    const Diff diff_;
    std::map<std::string, std::set<std::string>> holders_;  ///< of what is still to be removed
    std::vector<Action> plan_;
};

void Orderer::load_modules() {
    for (const std::string& module : diff_.load_modules)
        add(LoadModule{.module = module});
}

/// First of all: whatever waits for I/O would wait for ever above a suspended device. From the
/// bottom, so that nothing is let go into a device that still holds.
void Orderer::resume() {
    std::map<model::DmKind, std::vector<std::string>> by_kind;
    for (const std::string& uuid : diff_.resume_dm) {
        if (const auto identity = model::parse_dm_uuid(uuid))
            by_kind[identity->kind].push_back(uuid);
    }
    for (const auto& [kind, uuids] : by_kind) {
        for (const std::string& uuid : uuids)
            add(ResumeDm{.uuid = uuid});
    }
}

/// The receipt of every front that loses its legs, before anything else: without it nothing further
/// of its volume is done (L1, L3).
void Orderer::fence() {
    for (const auto& [front, epoch] : diff_.fence)
        add(FenceFront{.uuid = front, .epoch = epoch, .drain_ms = desired_.drain_ms});
}

/// Before anything that a connected host could notice or that waits for its I/O.
void Orderer::cut() {
    for (const auto& [port, nqn] : diff_.unlink)
        add(UnlinkSubsystem{.port = port, .nqn = nqn});
}

/// Behind the cut: no host hears of it, each retries elsewhere.
void Orderer::fail_held() {
    for (const auto& [front, epoch] : diff_.fence)
        add(FailHeld{.uuid = front});
}

void Orderer::take_export_down() {
    for (const std::uint16_t id : diff_.remove_ports)
        add(RemovePort{.id = id});
    for (const auto& [nqn, nsid] : diff_.remove_namespaces)
        add(RemoveNamespace{.nqn = nqn, .nsid = nsid});
    for (const auto& [nqn, host] : diff_.disallow)
        add(DisallowHost{.nqn = nqn, .host_nqn = host});
    for (const std::string& nqn : diff_.remove_subsystems)
        add(RemoveSubsystem{.nqn = nqn});
    for (const std::string& nqn : diff_.remove_hosts)
        add(RemoveNvmetHost{.nqn = nqn});
}

void Orderer::take_devices_down() {
    for (const std::string& uuid : diff_.remove_dm)
        holders_.try_emplace(uuid);
    for (const std::string& uuid : diff_.remove_dm) {
        for (const std::string& below : dm_devices_below(actual_.dm.at(uuid))) {
            if (const auto goes = holders_.find(below); goes != holders_.end())
                goes->second.insert(uuid);
        }
    }
    for (const std::string& uuid : diff_.remove_dm)
        remove(uuid);
}

/// Holders first. What is done already has no entry any more.
void Orderer::remove(const std::string& uuid) {
    const auto node = holders_.extract(uuid);
    if (node.empty())
        return;
    for (const std::string& holder : node.mapped())
        remove(holder);
    add(RemoveDm{.uuid = uuid, .name = actual_.dm.at(uuid).name});
}

void Orderer::build() {
    for (const auto& [name, volume] : cluster_.volumes) {
        for (const v1::Leg& leg : volume.legs())
            build(volume, leg);
        for (const std::string& front : front_parts(volume))
            build(front);
    }
}

void Orderer::build(const v1::Volume& volume, const v1::Leg& leg) {
    for (const v1::LogicalDisk& member : leg.members()) {
        for (const std::string& uuid : member_parts(member))
            build(uuid);
    }
    if (is_unformatted(leg))
        wipe(volume, leg);
    build_pool(volume, leg);
    if (is_unformatted(leg))
        format(volume, leg);
    build(thin_part(leg));
}

void Orderer::wipe(const v1::Volume& volume, const v1::Leg& leg) {
    const std::uint64_t bytes = wiped_bytes(volume.redundancy());
    for (const v1::LogicalDisk& member : leg.members()) {
        if (is_remote(member))
            add(WipeRemote{
                .logical_disk = member.uuid(), .offset_bytes = 0, .length_bytes = bytes});
        else
            add(WipeDm{.uuid = model::dm_uuid(model::DmKind::gate, member.uuid()),
                       .offset_bytes = 0,
                       .length_bytes = bytes});
    }
}

void Orderer::build_pool(const v1::Volume& volume, const v1::Leg& leg) {
    const std::string raid = model::dm_uuid(model::DmKind::raid, leg.uuid());
    for (const std::string& uuid : pool_parts(leg)) {
        if (uuid == raid && diff_.create_dm.contains(uuid))
            assemble(volume, leg, diff_.wanted.dm.at(uuid));
        else
            build(uuid);
    }
}

/// Where the last writes went, the members of a leg that was in use may not fit together.
void Orderer::assemble(const v1::Volume& volume, const v1::Leg& leg, const DmDevice& raid) {
    if (is_unformatted(leg)) {
        add(CreateDm{.device = for_first_assembly(raid, volume.redundancy())});
        return;
    }
    for (const v1::LogicalDisk& member : leg.members())
        add(ResyncDirty{.rmeta_uuid = model::dm_uuid(model::DmKind::rmeta, member.uuid())});
    add(CreateDm{.device = raid});
}

void Orderer::build(const std::string& uuid) {
    if (diff_.create_dm.contains(uuid))
        add(CreateDm{.device = diff_.wanted.dm.at(uuid)});
    else if (diff_.reload_dm.contains(uuid))
        add(ReloadDm{.device = diff_.wanted.dm.at(uuid)});
}

/// The pool makes the thin volume durable before it answers, so the record may follow.
void Orderer::format(const v1::Volume& volume, const v1::Leg& leg) {
    add(CreateThin{.pool_uuid = model::dm_uuid(model::DmKind::pool, leg.uuid()),
                   .thin_id = kThinId});
    add(MarkFormatted{.volume_uuid = volume.uuid(), .leg_uuid = leg.uuid()});
}

/// Whatever stood on these devices is gone or stands on others.
void Orderer::disconnect() {
    for (const std::string& nqn : diff_.disconnect)
        add(Disconnect{.nqn = nqn, .host_nqn = actual_.connections.at(nqn).host_nqn});
}

void Orderer::put_export_up() {
    for (const std::string& nqn : diff_.create_hosts)
        add(CreateNvmetHost{.nqn = nqn});
    for (const std::string& nqn : diff_.create_subsystems)
        add(CreateSubsystem{.nqn = nqn,
                            .serial = diff_.wanted.subsystems.at(nqn).serial,
                            .ids = diff_.wanted.subsystems.at(nqn).ids});
    for (const auto& [nqn, nsid] : diff_.create_namespaces)
        add(CreateNamespace{
            .nqn = nqn, .nsid = nsid, .ns = diff_.wanted.subsystems.at(nqn).namespaces.at(nsid)});
    for (const auto& [nqn, host] : diff_.allow)
        add(AllowHost{.nqn = nqn, .host_nqn = host});
}

/// Last of all that hosts can see: a port that listens is complete. What still came from a
/// connection that was cut must not stay in a front that holds: the connection would wait for it.
void Orderer::open() {
    for (const auto& [front, epoch] : diff_.fence) {
        if (dm_devices_below(diff_.wanted.dm.at(front)).empty())
            add(FailHeld{.uuid = front});
    }
    for (const std::uint16_t id : diff_.set_access)
        add(SetAccess{.port = id, .inaccessible = diff_.wanted.ports.at(id).inaccessible});
    for (const std::uint16_t id : diff_.create_ports)
        add(CreatePort{.port = diff_.wanted.ports.at(id)});
    for (const auto& [port, nqn] : diff_.link)
        add(LinkSubsystem{.port = port, .nqn = nqn});
}

void Orderer::change_heads() {
    for (Action& action : plan_heads(diff_.wanted.heads, actual_.heads))
        plan_.push_back(std::move(action));
}

/// Late: a node that does not answer takes its time. Nothing in this plan stands on them; the run
/// after it finds them.
void Orderer::connect() {
    for (const std::string& nqn : diff_.connect)
        add(Connect{.connection = diff_.wanted.connections.at(nqn)});
}

void Orderer::forget() {
    forget_volumes();
    forget_hosts();
    for (const auto& [name, head] : cluster_.heads) {
        if (desired_.forget.contains(head.uuid()))
            add(ForgetHead{.uuid = head.uuid(), .name = name});
    }
}

void Orderer::forget_volumes() {
    for (const auto& [name, volume] : cluster_.volumes) {
        if (desired_.forget.contains(volume.uuid()))
            add(ForgetVolume{.uuid = volume.uuid(), .name = name});
    }
}

/// A name that a volume still lists must not become free: the next host to get it could connect.
bool Orderer::is_listed(const std::string& host) const {
    return std::any_of(cluster_.volumes.begin(), cluster_.volumes.end(), [&](const auto& entry) {
        const auto& hosts = entry.second.hosts();
        return !entry.second.deleting() &&
               std::find(hosts.begin(), hosts.end(), host) != hosts.end();
    });
}

void Orderer::forget_hosts() {
    for (const auto& [name, host] : cluster_.hosts) {
        if (host.deleting() && !is_listed(name) && !diff_.wanted.hosts.contains(host.nqn()))
            add(ForgetHost{.uuid = host.uuid(), .name = name});
    }
}

}  // namespace

std::vector<Action> make_plan(const model::Cluster& cluster, const Desired& desired,
                              const KernelState& actual) {
    return Orderer(cluster, desired, actual, diff(cluster, desired, actual)).run();
}

}  // namespace dnvme::plan
