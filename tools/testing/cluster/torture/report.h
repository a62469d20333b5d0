// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "torture/checker.h"

/// What the checker found, for people and for programs. Pure.
namespace dnvme::torture {

/// A line for each violation that was kept, and one of counts.
std::string as_text(const Verdict& verdict);
std::string as_json(const Verdict& verdict);

}  // namespace dnvme::torture
