// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "dnvme/v1/api.pb.h"

/// The words that people read and type for what the API numbers. Both ways; pure.
namespace dnvme::ctl {

/// "HEALTH_OK" of enum Health is "ok", "IN_SYNC" is "in-sync", unspecified is "unknown".
std::string word(const google::protobuf::EnumValueDescriptor& value);
std::string word(v1::Health health);
/// "raid5:3"; without the number where it goes without saying: "none", "raid1".
std::string redundancy_word(const v1::Volume& volume);
std::string word(v1::Role role);
std::string word(v1::Presence presence);
std::string word(v1::LogicalDisk::Sync sync);

/// What somebody asks for: "raid5" or "raid5:4".
struct RedundancyWish {
    v1::Redundancy kind = v1::REDUNDANCY_NONE;
    std::uint32_t members = 0;  ///< 0: as many as are usual
};
/// Errors: invalid (lists what there is).
Result<RedundancyWish> parse_redundancy(const std::string& text);

std::string word(v1::Activation activation);
std::string word(v1::Policy policy);
/// Errors: invalid (list what there is).
Result<v1::Activation> parse_activation(const std::string& text);
Result<v1::Policy> parse_policy(const std::string& text);

/// "ADDR[:PORT]"; an IPv6 address with a port stands in brackets. The port is 4420 if not given.
/// Whether the address is one is for the daemon to say. Errors: invalid.
Result<v1::Portal> parse_portal(const std::string& text);
std::string to_string(const v1::Portal& portal);

/// Labels "KEY=VALUE", each key once. Errors: invalid.
Result<std::map<std::string, std::string>> parse_labels(const std::vector<std::string>& texts);

/// What a host has to run to reach @p subsystem_nqn through @p portal.
std::string connect_command(const v1::Portal& portal, const std::string& subsystem_nqn,
                            const std::string& host_nqn);

}  // namespace dnvme::ctl
