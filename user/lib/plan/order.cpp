// SPDX-License-Identifier: Apache-2.0
// From what has to change to the order in which it can.
#include <algorithm>

#include <linux/dm-dnvme.h>

#include "model/handover.h"
#include "model/layout.h"
#include "model/names.h"
#include "plan/diff.h"
#include "plan/parts.h"
#include "plan/planner.h"
#include "plan/references.h"
#include "plan/tables.h"

namespace dnvme::plan {
namespace {

using model::DmKind;

constexpr std::uint32_t kThinId = 0;

class Orderer {
  public:
    Orderer(const model::Cluster& cluster, const Desired& desired, const KernelState& actual,
            const MemberDecisions& decisions, Diff diff)
        : cluster_(cluster),
          desired_(desired),
          actual_(actual),
          decisions_(decisions),
          diff_(std::move(diff)) {}

    std::vector<Action> run() {
        record();
        load_modules();
        resume();
        let_go();
        fence();
        cut();
        fail_held();
        fail_what_goes();
        take_export_down();
        take_devices_down();
        hand_over();
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
    using Members = std::vector<const v1::LogicalDisk*>;

    void record();
    void load_modules();
    void resume();
    void let_go();
    void fence();
    void cut();
    void fail_held();
    void fail_what_goes();
    void take_export_down();
    void take_devices_down();
    void hand_over();
    void build();
    void disconnect();
    void put_export_up();
    void open();
    void change_heads();
    void connect();
    void forget();

    void remove(const std::string& uuid);
    void build(const v1::Volume& volume, const v1::Leg& leg);
    [[nodiscard]] bool grows(const DmDevice& wanted) const;
    void let_go(const v1::Leg& leg);
    void probe_the_rest(const v1::Leg& leg);
    void release(const v1::LogicalDisk& member);
    void build_top(const v1::Leg& leg);
    void build_pool(const v1::Volume& volume, const v1::Leg& leg);
    void build_array(const v1::Volume& volume, const v1::Leg& leg);
    void assemble(const v1::Volume& volume, const v1::Leg& leg, const Members& members);
    void take_in(const v1::Leg& leg, const Members& members);
    void hold_on_error(const v1::Leg& leg, const Members& members);
    void set(const DmDevice& device);
    [[nodiscard]] Members entering(const v1::Leg& leg) const;
    [[nodiscard]] std::vector<std::string> leaving(const v1::Leg& leg) const;
    [[nodiscard]] static bool is_below(const KernelState& state, const v1::Leg& leg,
                                       const v1::LogicalDisk& member);
    void build(const std::string& uuid);
    void wipe(const v1::Volume& volume, const v1::Leg& leg);
    void format(const v1::Volume& volume, const v1::Leg& leg);
    void forget_volumes();
    void forget_hosts();
    [[nodiscard]] bool is_listed(const std::string& host) const;
    [[nodiscard]] std::set<std::string> gates_taken() const;
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
    const MemberDecisions& decisions_;
    const Diff diff_;
    std::map<std::string, std::set<std::string>> holders_;  ///< of what is still to be removed
    std::vector<Action> plan_;
};

/// What the store does not have is not done either: it is the rest of their volumes' plan that
/// stops where one of these fails.
void Orderer::record() {
    for (const RecordMember& change : decisions_.records)
        add(change);
}

void Orderer::load_modules() {
    for (const std::string& module : diff_.load_modules)
        add(LoadModule{.module = module});
}

/// First of all: whatever waits for I/O would wait for ever above a suspended device. From the
/// bottom, so that nothing is let go into a device that still holds.
void Orderer::resume() {
    std::map<DmKind, std::vector<std::string>> by_kind;
    for (const std::string& uuid : diff_.resume_dm) {
        if (const auto identity = model::parse_dm_uuid(uuid))
            by_kind[identity->kind].push_back(uuid);
    }
    for (const auto& [kind, uuids] : by_kind) {
        for (const std::string& uuid : uuids)
            add(ResumeDm{.uuid = uuid});
    }
}

bool Orderer::is_below(const KernelState& state, const v1::Leg& leg,
                       const v1::LogicalDisk& member) {
    const auto raid = state.dm.find(model::dm_uuid(DmKind::raid, leg.uuid()));
    return raid != state.dm.end() &&
           dm_devices_below(raid->second).contains(model::dm_uuid(DmKind::rdata, member.uuid()));
}

/// Members that the array gets, which may be all of them.
Orderer::Members Orderer::entering(const v1::Leg& leg) const {
    const bool anew = diff_.create_dm.contains(model::dm_uuid(DmKind::raid, leg.uuid()));
    Members members;
    for (const v1::LogicalDisk& member : leg.members()) {
        if (is_below(diff_.wanted, leg, member) && (anew || !is_below(actual_, leg, member)))
            members.push_back(&member);
    }
    return members;
}

/// Gates of members that an array loses which goes on, some of whom the leg may not have any more.
std::vector<std::string> Orderer::leaving(const v1::Leg& leg) const {
    const std::string raid = model::dm_uuid(DmKind::raid, leg.uuid());
    if (!diff_.reload_dm.contains(raid))
        return {};
    const auto stay = dm_devices_below(diff_.wanted.dm.at(raid));
    std::vector<std::string> gates;
    for (const std::string& gate : dm_devices_below(actual_.dm.at(raid))) {
        if (!stay.contains(gate))
            gates.push_back(gate);
    }
    return gates;
}

/// Before anything that waits for I/O: arrays go on without the members that the store has as
/// stale.
void Orderer::let_go() {
    for (const auto& [name, volume] : cluster_.volumes) {
        for (const v1::Leg& leg : volume.legs())
            let_go(leg);
    }
}

bool Orderer::grows(const DmDevice& wanted) const {
    const auto there = actual_.dm.find(wanted.uuid);
    return there != actual_.dm.end() && there->second.sectors() < wanted.sectors();
}

void Orderer::let_go(const v1::Leg& leg) {
    const std::vector<std::string> gone = leaving(leg);
    for (const std::string& gate : gone) {
        if (const auto there = actual_.dm.find(gate);
            there != actual_.dm.end() && there->second.leg != DNVME_STATE_DEAD)
            add(FailMember{.uuid = gate});
    }
    if (gone.empty())
        return;
    DmDevice raid = diff_.wanted.dm.at(model::dm_uuid(DmKind::raid, leg.uuid()));
    for (const v1::LogicalDisk* member : entering(leg))
        raid = without_member(std::move(raid), *member);
    // What it stands on has not grown yet.
    if (grows(raid))
        raid.table.at(0).length_sectors = actual_.dm.at(raid.uuid).sectors();
    add(ReloadDm{.device = raid});
    probe_the_rest(leg);
}

/// Of a gate with a lease: it would wait for those that are gone.
void Orderer::probe_the_rest(const v1::Leg& leg) {
    const std::string gate = model::dm_uuid(DmKind::leg, leg.uuid());
    if (!diff_.reload_dm.contains(gate))
        return;
    LeftOut others;
    for (const v1::LogicalDisk& member : leg.members()) {
        if (!is_below(diff_.wanted, leg, member) || !is_below(actual_, leg, member))
            others.insert(member.uuid());
    }
    add(ReloadDm{.device = lease_device(leg, others)});
}

/// A gate with a new table has sent on what it held.
void Orderer::release(const v1::LogicalDisk& member) {
    for (const std::string& gate : member_gates(member)) {
        const auto there = actual_.dm.find(gate);
        if (there == actual_.dm.end() || diff_.reload_dm.contains(gate))
            continue;
        if (there->second.leg == DNVME_STATE_HELD || there->second.leg == DNVME_STATE_DEAD)
            add(ReleaseMember{.uuid = gate});
    }
}

/// The receipt of every front that loses its legs, and of every gate that loses its client, before
/// anything else: without it nothing further of its volume is done (L1, L3).
void Orderer::fence() {
    for (const auto& [front, epoch] : diff_.fence)
        add(Fence{.uuid = front, .epoch = epoch, .drain_ms = desired_.drain_ms});
    for (const auto& [gate, receipt] : desired_.fence) {
        if (actual_.dm.contains(gate))
            add(Fence{.uuid = gate, .epoch = receipt.epoch, .drain_ms = desired_.drain_ms});
    }
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

/// Nobody will answer what is held below a leg that goes, and whatever takes it down would wait. Of
/// one that was taken away all will be held, sooner or later.
void Orderer::fail_what_goes() {
    if (diff_.remove_dm.empty())
        return;
    const std::set<std::string> taken = gates_taken();
    for (const std::string& uuid : diff_.remove_dm) {
        const bool gate = model::is_kind(uuid, {DmKind::rmeta, DmKind::rdata, DmKind::leg});
        const char leg = actual_.dm.at(uuid).leg;
        const bool holds = leg == DNVME_STATE_HELD || leg == DNVME_STATE_EXPIRED;
        if (gate && (holds || (taken.contains(uuid) && leg != DNVME_STATE_DEAD)))
            add(FailMember{.uuid = uuid});
    }
}

/// Gates in the legs of volumes that changed their owner. Where one of them goes whose leg was not
/// let go of, nobody has waited for this node.
std::set<std::string> Orderer::gates_taken() const {
    std::set<std::string> gates;
    for (const auto& [name, volume] : cluster_.volumes) {
        if (volume.deleting() || !volume.has_handover() || !model::has_let_go(volume))
            continue;
        for (const v1::Leg& leg : volume.legs()) {
            for (const v1::LogicalDisk& member : leg.members()) {
                for (std::string& gate : member_gates(member))
                    gates.insert(std::move(gate));
            }
            gates.insert(model::dm_uuid(DmKind::leg, leg.uuid()));
        }
    }
    return gates;
}

/// Behind the removal of all that is recorded to be gone. The node of the new owner waits for
/// these.
void Orderer::hand_over() {
    for (const auto& [gate, receipt] : desired_.fence)
        add(receipt);
    for (const RecordLetGo& record : desired_.let_go)
        add(record);
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
    for (const v1::LogicalDisk& member : leg.members()) {
        if (decisions_.release.contains(member.uuid()))
            release(member);
    }
    if (is_unformatted(leg))
        format(volume, leg);
    build_top(leg);
    if (diff_.create_dm.contains(model::dm_uuid(DmKind::raid, leg.uuid())))
        hold_on_error(leg, entering(leg));
}

/// A member that the array got is probed before it is recorded in-sync.
void Orderer::build_top(const v1::Leg& leg) {
    for (const std::string& uuid : top_parts(leg)) {
        const bool done =
            !leaving(leg).empty() && entering(leg).empty() && model::is_kind(uuid, {DmKind::leg});
        if (!done)
            build(uuid);
    }
}

void Orderer::wipe(const v1::Volume& volume, const v1::Leg& leg) {
    const std::uint64_t bytes = wiped_bytes(volume.redundancy());
    for (const v1::LogicalDisk& member : leg.members()) {
        if (is_remote(member))
            add(WipeRemote{
                .logical_disk = member.uuid(), .offset_bytes = 0, .length_bytes = bytes});
        else
            add(WipeDm{.uuid = model::dm_uuid(DmKind::gate, member.uuid()),
                       .offset_bytes = 0,
                       .length_bytes = bytes});
    }
}

void Orderer::build_pool(const v1::Volume& volume, const v1::Leg& leg) {
    const std::string raid = model::dm_uuid(DmKind::raid, leg.uuid());
    const Members members = entering(leg);
    std::set<std::string> apart;
    for (const v1::LogicalDisk* member : members) {
        for (std::string& gate : member_gates(*member))
            apart.insert(std::move(gate));
    }
    for (const std::string& uuid : pool_parts(leg)) {
        if (uuid == raid)
            build_array(volume, leg);
        else if (!apart.contains(uuid))
            build(uuid);
    }
}

void Orderer::build_array(const v1::Volume& volume, const v1::Leg& leg) {
    const std::string raid = model::dm_uuid(DmKind::raid, leg.uuid());
    const Members members = entering(leg);
    if (diff_.create_dm.contains(raid))
        assemble(volume, leg, members);
    else if (!members.empty())
        take_in(leg, members);
    else if (leaving(leg).empty() || grows(diff_.wanted.dm.at(raid)))
        build(raid);
}

/// Where the last writes went, the members of a leg that was in use may not fit together.
void Orderer::assemble(const v1::Volume& volume, const v1::Leg& leg, const Members& members) {
    const DmDevice& raid = diff_.wanted.dm.at(model::dm_uuid(DmKind::raid, leg.uuid()));
    for (const v1::LogicalDisk* member : members) {
        for (const std::string& gate : member_gates(*member))
            set(for_assembly(diff_.wanted.dm.at(gate)));
    }
    for (const v1::LogicalDisk* member : is_unformatted(leg) ? Members() : members)
        add(ResyncDirty{.rmeta_uuid = model::dm_uuid(DmKind::rmeta, member->uuid())});
    add(CreateDm{.device =
                     is_unformatted(leg) ? for_first_assembly(raid, volume.redundancy()) : raid});
}

/// Whatever is on them counts for nothing.
void Orderer::take_in(const v1::Leg& leg, const Members& members) {
    std::set<int> indices;
    for (int i = 0; i < leg.members_size(); i++) {
        if (std::find(members.begin(), members.end(), &leg.members(i)) != members.end())
            indices.insert(i);
    }
    for (const v1::LogicalDisk* member : members) {
        for (const std::string& gate : member_gates(*member))
            set(for_assembly(diff_.wanted.dm.at(gate)));
        add(WipeDm{.uuid = model::dm_uuid(DmKind::rmeta, member->uuid()),
                   .offset_bytes = 0,
                   .length_bytes = model::kRaidMetadata});
    }
    const DmDevice& raid = diff_.wanted.dm.at(model::dm_uuid(DmKind::raid, leg.uuid()));
    add(ReloadDm{.device = with_rebuild(raid, indices)});
    hold_on_error(leg, members);
}

/// From here on dm-raid hears of no error before the agent has decided what it means.
void Orderer::hold_on_error(const v1::Leg& leg, const Members& members) {
    if (members.empty())
        return;
    for (const v1::LogicalDisk* member : members) {
        for (const std::string& gate : member_gates(*member))
            add(ReloadDm{.device = diff_.wanted.dm.at(gate)});
    }
    add(CheckRaid{.uuid = model::dm_uuid(DmKind::raid, leg.uuid())});
}

void Orderer::set(const DmDevice& device) {
    const bool stays = actual_.dm.contains(device.uuid) && !diff_.remove_dm.contains(device.uuid);
    if (stays)
        add(ReloadDm{.device = device});
    else
        add(CreateDm{.device = device});
}

void Orderer::build(const std::string& uuid) {
    if (diff_.create_dm.contains(uuid))
        add(CreateDm{.device = diff_.wanted.dm.at(uuid)});
    else if (diff_.reload_dm.contains(uuid))
        add(ReloadDm{.device = diff_.wanted.dm.at(uuid)});
}

/// The pool makes the thin volume durable before it answers, so the record may follow.
void Orderer::format(const v1::Volume& volume, const v1::Leg& leg) {
    add(CreateThin{.pool_uuid = model::dm_uuid(DmKind::pool, leg.uuid()), .thin_id = kThinId});
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
    for (const auto& [nqn, nsid] : diff_.announce)
        add(AnnounceSize{
            .nqn = nqn,
            .nsid = nsid,
            .size_bytes = diff_.wanted.subsystems.at(nqn).namespaces.at(nsid).size_bytes});
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
    for (const RecordServed& record : desired_.served)
        add(record);
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
                              const KernelState& actual, const MemberDecisions& decisions) {
    return Orderer(cluster, desired, actual, decisions, diff(cluster, desired, actual)).run();
}

}  // namespace dnvme::plan
