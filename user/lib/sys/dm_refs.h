// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// Devices in the parameters of a dm table: references (plan/references.h) on our side,
/// "major:minor" on the kernel's. Pure.
namespace dnvme::sys {

/// The references in @p params, in order; repeated ones are repeated.
std::vector<std::string> references_in(std::string_view params);

/// Uuids of the disks that @p params refer to.
std::vector<std::string> disks_in(std::string_view params);

/// Which device has which number at one moment.
class DeviceMap {
  public:
    void add(const std::string& reference, const std::string& number);
    /// Nothing is in there but what add() put; null if it is unknown.
    [[nodiscard]] const std::string* number_of(const std::string& reference) const;
    [[nodiscard]] const std::string* reference_of(const std::string& number) const;

  private:
    std::map<std::string, std::string> numbers_;
    std::map<std::string, std::string> references_;
};

/// Error: not_found, with the reference that has no device.
Result<std::string> to_numbers(std::string_view params, const DeviceMap& devices);
/// Numbers that are not in @p devices stay as they are.
std::string to_references(std::string_view params, const DeviceMap& devices);

}  // namespace dnvme::sys
