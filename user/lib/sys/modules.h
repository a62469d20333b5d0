// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/result.h"

/// The one door to libkmod. Modules are called as the kernel does: "dm_thin_pool", "nvmet_tcp".
namespace dnvme::sys {

/// Loads @p module and what it needs; one that is loaded or built in is success.
/// Errors: not_found (says which package has it), internal.
Status load_module(const std::string& module);

/// Loaded and built in modules.
Result<std::set<std::string>> loaded_modules();

/// The kernel says dm_mod where the file is called dm-mod.ko. Pure.
std::string module_name(std::string_view name);
/// "kernel/drivers/md/dm-mod.ko" lines of modules.builtin to names. Pure.
std::set<std::string> parse_builtin(std::string_view text);

}  // namespace dnvme::sys
