// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace dnvme::sys {

/// Parameters of the targets of type @p type that record-samples saw on a kernel: "<case> table"
/// and "<case> status" to text.
std::map<std::string, std::string> read_samples(const std::string& kernel, const std::string& type);

}  // namespace dnvme::sys
