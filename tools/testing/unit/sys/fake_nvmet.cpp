// SPDX-License-Identifier: Apache-2.0
#include "fake_nvmet.h"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "sys/refused.h"

namespace dnvme::sys {
namespace {

namespace fs = std::filesystem;

/// What the kernel puts into a directory of each kind, by the name of its parent. A name that
/// ends in '/' is a directory.
const std::map<std::string, std::map<std::string, std::string>>& defaults() {
    static const std::map<std::string, std::map<std::string, std::string>> table{
        {"hosts", {}},
        {"referrals", {{"enable", "0"}}},
        {"subsystems",
         {{"attr_model", "Linux"},
          {"attr_serial", "0011223344556677"},
          {"attr_allow_any_host", "0"},
          {"attr_cntlid_min", "1"},
          {"attr_cntlid_max", "65519"},
          {"namespaces/", ""},
          {"allowed_hosts/", ""}}},
        {"namespaces",
         {{"device_path", "(null)"},
          {"device_uuid", "00000000-0000-0000-0000-000000000000"},
          {"device_nguid", "00000000-0000-0000-0000-000000000000"},
          {"enable", "0"},
          {"revalidate_size", ""}}},
        {"ports",
         {{"addr_trtype", ""},
          {"addr_adrfam", ""},
          {"addr_traddr", ""},
          {"addr_trsvcid", ""},
          {"ana_groups/", ""},
          {"ana_groups/1/", ""},
          {"ana_groups/1/ana_state", "optimized"},
          {"subsystems/", ""},
          {"referrals/", ""}}},
    };
    return table;
}

void fill(const Path& dir) {
    for (const auto& [name, value] : defaults().at(dir.parent_path().filename())) {
        if (name.ends_with('/'))
            fs::create_directory(dir / name);
        else
            std::ofstream(dir / name) << value << '\n';
    }
}

/// Something that a user made is in one of the kernel's own directories below @p dir.
bool has_children(const Path& dir) {
    for (const auto& entry : fs::directory_iterator(dir)) {
        const bool kernels = entry.path().filename() == "ana_groups";
        if (entry.is_directory() && !kernels && !fs::is_empty(entry))
            return true;
    }
    return false;
}

}  // namespace

FakeNvmet::FakeNvmet() {
    std::string dir = testing::TempDir() + "nvmet-XXXXXX";
    root_ = ::mkdtemp(dir.data());
    for (const char* name : {"hosts", "subsystems", "ports"})
        fs::create_directory(root_ / name);
}

FakeNvmet::~FakeNvmet() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
}

void FakeNvmet::fail_on(std::string text, int sys_errno) {
    fail_text_ = std::move(text);
    fail_errno_ = sys_errno;
}

Status FakeNvmet::call(const std::string& verb, const Path& path, const std::string& more) {
    const std::string text = verb + " " + path.lexically_relative(root_).string() + more;
    calls.push_back(text);
    if (!fail_text_.empty() && text.find(fail_text_) != std::string::npos)
        return refused(fail_errno_, text);
    return {};
}

bool FakeNvmet::is_linked(const Path& dir) const {
    for (const auto& entry : fs::recursive_directory_iterator(root_)) {
        if (entry.is_symlink() && fs::read_symlink(entry) == dir)
            return true;
    }
    return false;
}

Status FakeNvmet::make_dir(const Path& dir) {
    if (Status called = call("mkdir", dir); !called)
        return called;
    if (Status made = ConfigFs::make_dir(dir); !made)
        return made;
    fill(dir);
    return {};
}

Status FakeNvmet::remove_dir(const Path& dir) {
    if (Status called = call("rmdir", dir); !called)
        return called;
    if (!fs::exists(dir))
        return refused(ENOENT, dir.string());
    if (is_linked(dir))
        return refused(EBUSY, dir.string());
    if (has_children(dir))
        return refused(ENOTEMPTY, dir.string());
    fs::remove_all(dir);
    return {};
}

Status FakeNvmet::link(const Path& target, const Path& link) {
    if (Status called = call("link", link); !called)
        return called;
    if (!fs::exists(target))
        return refused(ENOENT, target.string());
    return ConfigFs::link(target, link);
}

Status FakeNvmet::unlink(const Path& link) {
    if (Status called = call("unlink", link); !called)
        return called;
    return ConfigFs::unlink(link);
}

Status FakeNvmet::write(const Path& attribute, const std::string& value) {
    if (Status called = call("write", attribute, "=" + value); !called)
        return called;
    return ConfigFs::write(attribute, value);
}

}  // namespace dnvme::sys
