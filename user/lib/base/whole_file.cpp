// SPDX-License-Identifier: Apache-2.0
#include "base/whole_file.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/fd.h"

namespace dnvme {

namespace {

/// Removed at the end unless it has become the file.
struct Draft {
    explicit Draft(const std::string& path)
        : name(path + ".XXXXXX"), fd(mkostemp(name.data(), O_CLOEXEC)) {}
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;
    ~Draft() {
        if (fd.valid()) {
            unlink(name.c_str());
        }
    }

    std::string name;
    Fd fd;
};

bool put(const Fd& file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = write(file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(written < 0 ? 0 : written));
    }
    return true;
}

bool sync(const Fd& file) {
    return file.valid() && fsync(file.get()) == 0;
}

bool sync_directory_of(const std::string& path) {
    const auto directory = ("." / std::filesystem::path(path)).parent_path();
    return sync(Fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
}

/// A link, unlike a rename, never replaces what somebody else has put there meanwhile.
bool publish(const Draft& draft, const std::string& path, IfThere if_there) {
    const int failed = if_there == IfThere::refuse ? link(draft.name.c_str(), path.c_str())
                                                   : rename(draft.name.c_str(), path.c_str());
    return failed == 0 && sync_directory_of(path);
}

bool write_draft_and_publish(const std::string& path, std::string_view bytes, IfThere if_there) {
    const Draft draft(path);
    return draft.fd.valid() && put(draft.fd, bytes) && sync(draft.fd) &&
           publish(draft, path, if_there);
}

}  // namespace

Status write_whole(const std::string& path, std::string_view bytes, IfThere if_there) {
    if (write_draft_and_publish(path, bytes, if_there)) {
        return {};
    }
    const int reason = errno;
    if (reason == EEXIST) {
        return fail(Code::exists, fmt::format("{} exists already", path));
    }
    auto error = fail_errno(reason, fmt::format("write {}", path));
    if (reason == ENOSPC) {
        return fail(Code::no_space, error.value().message());
    }
    return error;
}

Result<std::string> read_whole(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    if (file && file.peek() != std::ifstream::traits_type::eof()) {
        bytes << file.rdbuf();
    }
    if (file.bad() || !file.is_open()) {
        auto error = fail_errno(errno, fmt::format("read {}", path));
        return errno == ENOENT ? fail(Code::not_found, error.value().message()) : error;
    }
    return std::move(bytes).str();
}

}  // namespace dnvme
