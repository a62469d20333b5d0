// SPDX-License-Identifier: Apache-2.0
#include "torture/history_file.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>

#include "base/whole_file.h"

namespace dnvme::torture {

namespace {

Status write_all(int fd, const void* data, std::size_t size, const std::string& path) {
    const auto* bytes = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t written = ::write(fd, bytes, size);
        if (written < 0 && errno != EINTR) {
            return fail_errno(errno, fmt::format("write to {}", path));
        }
        bytes += written > 0 ? written : 0;
        size -= written > 0 ? static_cast<std::size_t>(written) : 0;
    }
    return {};
}

}  // namespace

Result<HistoryWriter> HistoryWriter::create(const std::string& path, const Header& header) {
    Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!fd.valid()) {
        return fail_errno(errno, fmt::format("create the history {}", path));
    }
    if (Status done = write_all(fd.get(), &header, sizeof(header), path); !done) {
        return pass(done.error());
    }
    return HistoryWriter(std::move(fd), path);
}

void HistoryWriter::add(Record record) {
    seal(record);
    pending_.push_back(record);
}

Status HistoryWriter::flush() {
    Status done = write_all(fd_.get(), pending_.data(), pending_.size() * sizeof(Record), path_);
    pending_.clear();
    return done;
}

Result<History> read_history(const std::string& path) {
    const auto bytes = read_whole(path);
    if (!bytes) {
        return pass(bytes.error());
    }
    return parse_history(path, *bytes);
}

}  // namespace dnvme::torture
