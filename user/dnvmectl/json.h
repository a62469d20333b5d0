// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/message.h>
#include <nlohmann/json.hpp>

namespace dnvme::ctl {

/// A message as JSON: field names of the .proto files in their order, every field present, 64-bit
/// numbers as numbers (protobuf's own printer quotes them), enums as the words that tables show.
/// Members of a oneof and messages that are not set are left out.
nlohmann::ordered_json to_json(const google::protobuf::Message& message);

}  // namespace dnvme::ctl
