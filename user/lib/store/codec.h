// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "dnvme/v1/records.pb.h"
#include "store/store.h"

/// Between a record and the bytes behind its key. Pure.
namespace dnvme::store {

inline constexpr const char* kRoot = "/dnvme/";
inline constexpr const char* kClusterKey = "/dnvme/cluster";
inline constexpr const char* kNodePrefix = "/dnvme/nodes/";

std::string encode(const v1::Cluster& cluster);
std::string encode(const v1::Node& node);
std::string encode(const v1::Disk& disk);
std::string encode(const v1::Volume& volume);
std::string encode(const v1::Host& host);
std::string encode(const v1::Head& head);

/// Errors: precondition (damaged, newer schema, a key that does not fit; names the key).
Result<v1::Record> decode(const Entry& entry);

}  // namespace dnvme::store
