// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "dnvme/v1/records.pb.h"

namespace dnvme::model {

/// All records of the store at one revision, by name. A value; any thread.
struct Cluster {
    v1::Cluster self;
    std::map<std::string, v1::Node> nodes;
    std::map<std::string, v1::Disk> disks;
    std::map<std::string, v1::Volume> volumes;
    std::map<std::string, v1::Host> hosts;
    std::map<std::string, v1::Head> heads;
};

}  // namespace dnvme::model
