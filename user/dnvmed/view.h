// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "agent.h"
#include "dnvme/v1/api.pb.h"

/// What the API shows of an object: its record, how it is, what is wrong with it. Pure.
namespace dnvme::daemon {

v1::NodeView view_node(const Observation& seen, const v1::Node& node);
v1::DiskView view_disk(const Observation& seen, const v1::Disk& disk);
v1::VolumeView view_volume(const Observation& seen, const v1::Volume& volume);
v1::HeadView view_head(const Observation& seen, const v1::Head& head);
v1::HostView view_host(const Observation& seen, const v1::Host& host);

/// Names of the volumes attached to a host, sorted.
std::vector<std::string> volumes_of(const model::Cluster& cluster, const std::string& host);

}  // namespace dnvme::daemon
