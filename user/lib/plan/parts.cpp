// SPDX-License-Identifier: Apache-2.0
#include "plan/parts.h"

#include <algorithm>

#include "model/controllers.h"
#include "model/names.h"

namespace dnvme::plan {

using model::dm_uuid;
using model::DmKind;

namespace {

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

std::vector<std::string> member_parts(const v1::LogicalDisk& member) {
    return {dm_uuid(DmKind::ld, member.uuid()), dm_uuid(DmKind::gate, member.uuid())};
}

std::vector<std::string> member_gates(const v1::LogicalDisk& member) {
    return {dm_uuid(DmKind::rmeta, member.uuid()), dm_uuid(DmKind::rdata, member.uuid())};
}

std::vector<std::string> pool_parts(const v1::Leg& leg) {
    std::vector<std::string> parts;
    for (const v1::LogicalDisk& member : leg.members())
        append(parts, member_gates(member));
    for (const DmKind kind : {DmKind::raid, DmKind::tmeta, DmKind::tdata, DmKind::pool})
        parts.push_back(dm_uuid(kind, leg.uuid()));
    return parts;
}

std::vector<std::string> top_parts(const v1::Leg& leg) {
    return {dm_uuid(DmKind::thin, leg.uuid()), dm_uuid(DmKind::leg, leg.uuid())};
}

std::vector<std::string> front_parts(const v1::Volume& volume) {
    std::vector<std::string> parts;
    for (const v1::Controller& controller : model::controllers_of(volume))
        parts.push_back(dm_uuid(DmKind::front, controller.uuid()));
    if (model::has_controller(volume, volume.owner()))
        std::rotate(parts.begin() + volume.owner(), parts.begin() + volume.owner() + 1,
                    parts.end());
    return parts;
}

std::vector<std::string> all_parts(const v1::Volume& volume) {
    std::vector<std::string> parts;
    for (const v1::Leg& leg : volume.legs()) {
        for (const v1::LogicalDisk& member : leg.members())
            append(parts, member_parts(member));
        append(parts, pool_parts(leg));
        append(parts, top_parts(leg));
    }
    append(parts, front_parts(volume));
    return parts;
}

std::set<std::string> attached_hosts(const model::Cluster& cluster, const v1::Volume& volume) {
    std::set<std::string> nqns;
    for (const std::string& name : volume.hosts()) {
        const auto host = cluster.hosts.find(name);
        if (host != cluster.hosts.end() && !host->second.deleting())
            nqns.insert(host->second.nqn());
    }
    return nqns;
}

}  // namespace dnvme::plan
