// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/whole_file.h"
#include "store/witness.h"

namespace dnvme::store {

namespace {

using nlohmann::json;

std::string to_text(const Witness& witness) {
    const json object = {{"cluster_uuid", witness.cluster_uuid},
                         {"revision", witness.revision},
                         {"epochs", witness.epochs}};
    return object.dump(2) + "\n";
}

std::optional<Witness> from_text(const std::string& text) try {
    const json object = json::parse(text);
    return Witness{.cluster_uuid = object.at("cluster_uuid"),
                   .revision = object.at("revision"),
                   .epochs = object.at("epochs")};
} catch (const json::exception&) {
    return std::nullopt;
}

}  // namespace

Result<Witness> read_witness(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        const int reason = errno;
        if (reason == ENOENT) {
            return Witness{};
        }
        return fail_errno(reason, fmt::format("read {}", path));
    }
    const auto witness = from_text({std::istreambuf_iterator<char>(file), {}});
    if (!witness) {
        return fail(Code::precondition,
                    fmt::format("{} is damaged: make sure that the store is the newest one, then "
                                "remove that file",
                                path));
    }
    return *witness;
}

Status write_witness(const std::string& path, const Witness& witness) {
    return write_whole(path, to_text(witness), IfThere::replace);
}

}  // namespace dnvme::store
