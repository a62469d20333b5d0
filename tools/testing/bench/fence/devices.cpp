// SPDX-License-Identifier: Apache-2.0
#include "devices.h"

#include <iostream>

#include <fmt/format.h>

namespace dnvme::bench {
namespace {

constexpr std::uint64_t kSectors = 65536;  // of each device

plan::DmDevice describe(const std::string& type, std::size_t number, const std::string& leg) {
    const std::string place = fmt::format("{} {}", leg, number * kSectors);
    const std::string params = type == "dnvme" ? fmt::format("1 8 1 {} 0", place) : place;
    return {.uuid = fmt::format("DNVME-bench-{}", number),
            .name = fmt::format("bench-{}", number),
            .table = {{0, kSectors, type, params}}};
}

}  // namespace

Result<Devices> Devices::make(const std::string& type, std::size_t count, const std::string& leg) {
    Devices made;
    sys::DmClient client;
    for (std::size_t number = 0; number < count; ++number) {
        plan::DmDevice device = describe(type, number, leg);
        if (Status done = client.create(device); !done) {
            return pass(done.error());
        }
        made.devices_.push_back(std::move(device));
    }
    return made;
}

Devices::~Devices() {
    sys::DmClient client;
    for (const plan::DmDevice& device : devices_) {
        if (Status gone = client.remove(device.uuid); !gone) {
            std::cerr << gone.error().message() << '\n';
        }
    }
}

std::vector<std::string> Devices::uuids() const {
    std::vector<std::string> uuids;
    for (const plan::DmDevice& device : devices_) {
        uuids.push_back(device.uuid);
    }
    return uuids;
}

std::vector<std::string> Devices::paths() const {
    std::vector<std::string> paths;
    for (const plan::DmDevice& device : devices_) {
        paths.push_back(sys::dm_path(device.name));
    }
    return paths;
}

}  // namespace dnvme::bench
