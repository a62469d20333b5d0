// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "sys/dm_client.h"

namespace dnvme::bench {

/// Devices of one kind, side by side on one disk; removed at the end of this.
class Devices {
  public:
    /// @p type: dnvme (gates) or linear. Error: those that were made are removed.
    static Result<Devices> make(const std::string& type, std::size_t count, const std::string& leg);
    Devices(Devices&&) noexcept = default;
    Devices& operator=(Devices&&) = delete;
    Devices(const Devices&) = delete;
    Devices& operator=(const Devices&) = delete;
    ~Devices();

    [[nodiscard]] const std::vector<plan::DmDevice>& all() const { return devices_; }
    [[nodiscard]] std::vector<std::string> uuids() const;
    [[nodiscard]] std::vector<std::string> paths() const;

  private:
    Devices() = default;
    std::vector<plan::DmDevice> devices_;
};

}  // namespace dnvme::bench
