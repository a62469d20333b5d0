// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "dnvmectl/initiator.h"
#include "dnvmectl/session.h"

namespace dnvme::ctl {

/// Volumes by name; none: all that are attached to this host.
struct ConnectArguments {
    std::vector<std::string> volumes;
    bool all = false;
    bool dry_run = false;
};

/// Makes those connections of this machine that are missing. One that fails holds up no other; the
/// first error is returned.
Status connect_host(Session& session, Initiator& initiator, const ConnectArguments& arguments);
/// Ends those that are there.
Status disconnect_host(Session& session, Initiator& initiator, const ConnectArguments& arguments);

}  // namespace dnvme::ctl
