// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "operations/intent.h"

/// What the verbs of heads and of their paths share.
namespace dnvme::daemon {

/// The ranges of the module, and what @p activation needs. Errors: invalid.
Status check_settings(v1::Activation activation, const v1::HeadSettings& settings);
Status check_priority(std::uint32_t priority);

/// A head that stays. Errors: not_found, precondition (it is being deleted).
Result<v1::Head> find_head(const Context& context, const std::string& name);
Status check_has_path(const v1::Head& head, const std::string& path);

/// Shows the head at the end.
decltype(Intent::finish) show_head(const std::string& name);

/// The head as @p change leaves it; nothing if it is not there any more. For Intent::undo.
std::vector<Edit> edit_head(const model::Cluster& cluster, const std::string& name,
                            const std::function<void(v1::Head&)>& change);

}  // namespace dnvme::daemon
