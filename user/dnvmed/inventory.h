// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent.h"
#include "dnvme/v1/api.pb.h"

/// The lists of the API. An empty list of names means all; an unknown name is not_found. Pure.
namespace dnvme::daemon {

Result<v1::NodeList> list_nodes(const Observation& seen, const v1::ListRequest& request);
Result<v1::DiskList> list_disks(const Observation& seen, const v1::ListRequest& request);
Result<v1::VolumeList> list_volumes(const Observation& seen, const v1::ListRequest& request);
Result<v1::HeadList> list_heads(const Observation& seen, const v1::ListRequest& request);
Result<v1::HostList> list_hosts(const Observation& seen, const v1::ListRequest& request);

}  // namespace dnvme::daemon
