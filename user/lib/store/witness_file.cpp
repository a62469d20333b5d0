// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/fd.h"
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

bool put(const Fd& file, const std::string& text) {
    return file.valid() &&
           write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

bool sync(const Fd& file) {
    return file.valid() && fsync(file.get()) == 0;
}

bool replace(const std::string& path, const std::string& text) {
    const std::string fresh = path + ".new";
    {
        const Fd file(open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        if (!put(file, text) || !sync(file)) {
            return false;
        }
    }
    if (rename(fresh.c_str(), path.c_str()) != 0) {
        return false;
    }
    const auto directory = ("." / std::filesystem::path(path)).parent_path();
    return sync(Fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
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
    errno = 0;
    if (!replace(path, to_text(witness))) {
        return fail_errno(errno, fmt::format("write {}", path));
    }
    return {};
}

}  // namespace dnvme::store
