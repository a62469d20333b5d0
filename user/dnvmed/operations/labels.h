// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <google/protobuf/map.h>

#include "base/result.h"

namespace dnvme::daemon {

using Labels = google::protobuf::Map<std::string, std::string>;

/// Labels that rules of placement can name. Errors: invalid (a key or value that is empty or has a
/// blank, '=', '!' or ',' in it; key "node", which is the node's name).
Status check_labels(const Labels& labels);

}  // namespace dnvme::daemon
