// SPDX-License-Identifier: Apache-2.0
#include "sys/config_fs.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/number.h"
#include "sys/refused.h"

namespace dnvme::sys {
namespace {

constexpr const char* kMountPoint = "/sys/kernel/config";
constexpr std::size_t kPageBytes = 4096;  // configfs gives an attribute in one page at most
constexpr auto kConfigfsMagic = 0x62656570;

Status done(int result, const char* what, const Path& path) {
    if (result < 0)
        return refused(errno, std::string(what) + " " + path.string());
    return {};
}

}  // namespace

Status ConfigFs::make_dir(const Path& dir) {
    return done(::mkdir(dir.c_str(), 0755), "mkdir", dir);
}

Status ConfigFs::remove_dir(const Path& dir) {
    return done(::rmdir(dir.c_str()), "rmdir", dir);
}

Status ConfigFs::link(const Path& target, const Path& link) {
    return done(::symlink(target.c_str(), link.c_str()), "link", link);
}

Status ConfigFs::unlink(const Path& link) {
    return done(::unlink(link.c_str()), "unlink", link);
}

Status ConfigFs::write(const Path& attribute, const std::string& value) {
    const Fd file(::open(attribute.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
    if (!file.valid())
        return refused(errno, "open " + attribute.string());
    const ssize_t written = ::write(file.get(), value.data(), value.size());
    if (written < 0)
        return refused(errno, "write '" + value + "' to " + attribute.string());
    if (static_cast<std::size_t>(written) != value.size())
        return refused(EIO, "write all of '" + value + "' to " + attribute.string());
    return {};
}

Result<std::string> ConfigFs::read(const Path& attribute) {
    const Fd file(::open(attribute.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid())
        return refused(errno, "open " + attribute.string());
    std::array<char, kPageBytes> text{};
    const ssize_t got = ::read(file.get(), text.data(), text.size());
    if (got < 0)
        return refused(errno, "read " + attribute.string());
    return std::string(trim_end({text.data(), static_cast<std::size_t>(got)}));
}

Result<std::vector<std::string>> ConfigFs::list(const Path& dir) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(dir, error))
        names.push_back(entry.path().filename());
    if (error && error != std::errc::no_such_file_or_directory)
        return refused(error.value(), "list " + dir.string());
    std::sort(names.begin(), names.end());
    return names;
}

bool ConfigFs::exists(const Path& path) {
    std::error_code error;
    return std::filesystem::exists(std::filesystem::symlink_status(path, error));
}

Status mount_configfs() {
    struct statfs found {};
    if (::statfs(kMountPoint, &found) == 0 && found.f_type == kConfigfsMagic)
        return {};
    if (::mount("configfs", kMountPoint, "configfs", 0, nullptr) == 0 || errno == EBUSY)
        return {};
    const tl::unexpected<Error> reason = refused(errno, "mount configfs at /sys/kernel/config");
    return fail(Code::unavailable, reason.value().message());
}

}  // namespace dnvme::sys
