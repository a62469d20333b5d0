// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/cluster.h"
#include "plan/action.h"

/// The heads of nvme-mpath-ext: what is wanted of them, and how to get there. Pure.
namespace dnvme::plan {

/// (head uuid, path name) -> where the device of the path is now. A path that is not here has none.
using PathDevices = std::map<std::pair<std::string, std::string>, std::string>;

/// Attributes of configfs by which a head is made; a setting that is not given is left out.
std::map<std::string, std::string> head_attributes(const v1::Head& head);

/// Whether the kernel takes another value of this one while the head has paths.
bool changes_live(const std::string& attribute);

/// Those of @p node that are not being deleted, by directory.
std::map<std::string, Head> wanted_heads(const model::Cluster& cluster, const std::string& node,
                                         const PathDevices& devices);

/// What goes first, then what is made, each head enabled after its paths. A path whose device was
/// not found keeps what it has: the kernel lets go of a device that has gone by itself.
std::vector<Action> plan_heads(const std::map<std::string, Head>& wanted,
                               const std::map<std::string, Head>& actual);

}  // namespace dnvme::plan
