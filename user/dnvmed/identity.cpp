// SPDX-License-Identifier: Apache-2.0
#include "identity.h"

#include <array>

#include <systemd/sd-id128.h>

#include "base/uuid.h"

namespace dnvme::daemon {

namespace {

/// Names this use of the machine id, so that what is made of it means nothing to others.
constexpr sd_id128_t kPurpose = {{0x3f, 0x0e, 0x9c, 0x52, 0x71, 0xd4, 0x4a, 0x8b, 0x9a, 0x26, 0x5d,
                                  0xe8, 0x14, 0xb7, 0xc0, 0x6f}};

std::string text(sd_id128_t id) {
    std::array<char, SD_ID128_STRING_MAX> buffer{};
    return sd_id128_to_string(id, buffer.data());
}

}  // namespace

Result<Identity> identify(const std::string& node, bool simulated) {
    if (simulated) {
        return Identity{
            .node = node, .instance = make_uuid(), .machine = make_uuid(), .boot = make_uuid()};
    }
    sd_id128_t machine{};
    if (const int got = sd_id128_get_machine_app_specific(kPurpose, &machine); got < 0) {
        return fail_errno(-got, "read the machine id, /etc/machine-id: see machine-id(5)");
    }
    sd_id128_t boot{};
    if (const int got = sd_id128_get_boot(&boot); got < 0) {
        return fail_errno(-got, "read the id of this boot");
    }
    return Identity{
        .node = node, .instance = make_uuid(), .machine = text(machine), .boot = text(boot)};
}

}  // namespace dnvme::daemon
