// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"

/// The one door to libblkid.
namespace dnvme::sys {

/// What stands on the open device: "ext4", "LVM2_member", "gpt", ...; empty if nothing is known.
Result<std::string> find_signature(int fd, const std::string& path);

/// Takes away every signature, those at the end of the device too.
Status wipe_signatures(int fd, const std::string& path);

}  // namespace dnvme::sys
