// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "dnvme/v1/status.pb.h"
#include "store/store.h"

/// What the daemons say of themselves, under keys beside those of the records. Pure.
namespace dnvme::store {

inline constexpr const char* kStatusPrefix = "/dnvme/status/";
inline constexpr const char* kAbsencePrefix = "/dnvme/absent/";
/// Who is elected among the daemons: see store/election.h.
inline constexpr const char* kLeaderKey = "/dnvme/leader";

/// The newest version of v1::NodeStatus and v1::NodeAbsence that this build writes.
inline constexpr std::uint32_t kStatusVersion = 1;

/// At one revision, by name of the node.
struct Statuses {
    std::map<std::string, v1::NodeStatus> online;
    std::map<std::string, v1::NodeAbsence> absent;
    std::string leader;  ///< empty: nobody
};

/// False for the keys above.
bool is_record(const std::string& key);

std::string status_key(const std::string& node);
std::string absence_key(const std::string& node);

/// Takes what is no record. A status that cannot be read says that its node is online, and no more.
void take(const Entry& entry, Statuses& statuses);

}  // namespace dnvme::store
