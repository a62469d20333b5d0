// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "dnvme/v1/api.pb.h"
#include "dnvmectl/table.h"

/// What a status comes to. Pure.
namespace dnvme::ctl {

/// " since 2026-11-27 12:01:56 UTC"; nothing for 0.
std::string since_words(std::int64_t unix_s);

/// "online", "offline since ...: ...", with the problem if there is one.
std::string presence_words(const v1::NodeView& view);

/// The one sentence for whoever reads nothing else.
Cell verdict(const v1::ClusterStatus& status);

}  // namespace dnvme::ctl
