// SPDX-License-Identifier: Apache-2.0
#include "sys/head_configfs.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "model/names.h"
#include "sys/kernel_log.h"
#include "sys/number.h"
#include "sys/text_file.h"

namespace dnvme::sys {
namespace {

namespace fs = std::filesystem;

/// What is compared with the record, and written from it.
constexpr std::array kAttributes = {"activation",
                                    "activation_timeout_ms",
                                    "failback",
                                    "failback_delay_ms",
                                    "failover_interval_ms",
                                    "max_tries",
                                    "opcode",
                                    "policy",
                                    "pr_key",
                                    "queue_timeout_ms",
                                    "silence_timeout_ms",
                                    "uuid"};

Status with_words(Status done, KernelLog& log) {
    if (done)
        return done;
    const std::string words = log.words();
    if (words.empty())
        return done;
    const Error& error = done.error();
    return tl::unexpected<Error>(
        Error(error.code(), fmt::format("{} ({})", error.message(), words), error.sys_errno()));
}

std::uint64_t number_in(const Path& file) {
    return to_number<std::uint64_t>(text_of(file)).value_or(0);
}

plan::HeadPath read_path(const Path& dir) {
    return {.device = text_of(dir / "device"),
            .identity = text_of(dir / "uuid"),
            .priority = static_cast<std::uint32_t>(number_in(dir / "priority")),
            .enabled = text_of(dir / "enable") == "1"};
}

Result<plan::Head> read_head(const Path& dir) {
    const auto paths = ConfigFs::list(dir / "paths");
    if (!paths)
        return pass(paths.error());
    plan::Head head;
    for (const char* attribute : kAttributes)
        head.attributes[attribute] = text_of(dir / attribute);
    head.enabled = text_of(dir / "enable") == "1";
    for (const std::string& path : *paths)
        head.paths[path] = read_path(dir / "paths" / path);
    return head;
}

/// "nvme3n1": a namespace of one controller; "nvme3c0n1" is one that the host's own multipath
/// hides.
bool is_namespace(const std::string& name) {
    const std::size_t n = name.find('n', 1);
    return name.starts_with("nvme") && n != std::string::npos &&
           name.find_first_not_of("0123456789", 4) == n &&
           to_number<std::uint32_t>(name.substr(n + 1)).has_value();
}

}  // namespace

Result<std::vector<std::string>> HeadConfigfs::ours() const {
    auto heads = ConfigFs::list(root_);
    if (heads)
        std::erase_if(*heads, [](const auto& name) { return !model::is_head_dir(name); });
    return heads;
}

Result<std::map<std::string, plan::Head>> HeadConfigfs::probe() const {
    const auto names = ours();
    if (!names)
        return pass(names.error(), "probe heads");
    std::map<std::string, plan::Head> heads;
    for (const std::string& name : *names) {
        auto head = read_head(root_ / name);
        if (!head)
            return pass(head.error(), "probe heads");
        heads[name] = *std::move(head);
    }
    return heads;
}

Result<std::map<std::string, HeadStatus>> HeadConfigfs::status() {
    const auto heads = probe();
    if (!heads)
        return pass(heads.error());
    std::map<std::string, HeadStatus> all;
    for (const auto& [name, head] : *heads) {
        HeadStatus& status = all[name];
        const std::string disk = text_of(root_ / name / "disk");
        const Path shown = sys_ / "block" / disk / "head";
        status.disk = disk == "none" ? "" : disk;
        status.active_path = text_of(root_ / name / "active_path");
        status.epoch = number_in(root_ / name / "epoch");
        if (!status.disk.empty()) {
            status.state = text_of(shown / "state");
            status.queued = number_in(shown / "queued");
            status.failovers = number_in(shown / "failovers");
        }
        for (const auto& [path, state] : head.paths) {
            const Path dir = path_dir(name, path);
            status.paths[path] = {.state = text_of(dir / "state"),
                                  .identity = text_of(dir / "identity"),
                                  .errors = number_in(dir / "errors")};
        }
    }
    return all;
}

std::string HeadConfigfs::find(const v1::Path& path) {
    if (path.device().empty())
        return find_namespace(path);
    std::error_code error;
    const Path canonical = fs::canonical(path.device(), error);
    return !error && fs::is_block_file(canonical, error) ? canonical.string() : "";
}

std::string HeadConfigfs::find_namespace(const v1::Path& path) const {
    const auto controllers = ConfigFs::list(sys_ / "class/nvme");
    std::string found;
    for (const std::string& controller : controllers.value_or(std::vector<std::string>())) {
        const Path dir = sys_ / "class/nvme" / controller;
        if (text_of(dir / "subsysnqn") != path.subsystem_nqn())
            continue;
        const bool live = text_of(dir / "state") == "live";
        const auto namespaces = ConfigFs::list(dir);
        for (const std::string& name : namespaces.value_or(std::vector<std::string>())) {
            if (is_namespace(name) && number_in(dir / name / "nsid") == path.nsid() &&
                (found.empty() || live))
                found = "/dev/" + name;
        }
        if (live && !found.empty())
            break;
    }
    return found;
}

Status HeadConfigfs::write(const Path& attribute, const std::string& value) {
    KernelLog log(mpath_ext_words);
    // An empty text is no write at all to the kernel.
    return with_words(fs_.write(attribute, value + "\n"), log);
}

Status HeadConfigfs::make(const Path& dir, const std::map<std::string, std::string>& attributes) {
    KernelLog log(mpath_ext_words);
    if (!ConfigFs::exists(root_))
        return fail(Code::unavailable,
                    root_.string() + " does not exist: module nvme-mpath-ext is missing");
    if (Status made = fs_.make_dir(dir); !made)
        return with_words(made, log);
    for (const auto& [attribute, value] : attributes) {
        if (Status written = write(dir / attribute, value); !written) {
            (void)fs_.remove_dir(dir);
            return written;
        }
    }
    return {};
}

Status HeadConfigfs::create(const plan::CreateHead& a) {
    return make(root_ / a.head, a.attributes);
}

Status HeadConfigfs::set(const plan::SetHead& a) {
    return write(root_ / a.head / a.attribute, a.value);
}

Status HeadConfigfs::enable(const plan::EnableHead& a) {
    return write(root_ / a.head / "enable", "1");
}

Status HeadConfigfs::disable(const plan::DisableHead& a) {
    return write(root_ / a.head / "enable", "0");
}

Status HeadConfigfs::remove(const plan::RemoveHead& a) {
    return fs_.remove_dir(root_ / a.head);
}

Status HeadConfigfs::create_path(const plan::CreatePath& a) {
    std::map<std::string, std::string> attributes{{"priority", std::to_string(a.priority)}};
    if (!a.identity.empty())
        attributes["uuid"] = a.identity;
    return make(path_dir(a.head, a.path), attributes);
}

Status HeadConfigfs::set_priority(const plan::SetPriority& a) {
    return write(path_dir(a.head, a.path) / "priority", std::to_string(a.priority));
}

Status HeadConfigfs::enable_path(const plan::EnablePath& a) {
    const Path dir = path_dir(a.head, a.path);
    if (Status named = write(dir / "device", a.device); !named)
        return named;
    return write(dir / "enable", "1");
}

Status HeadConfigfs::disable_path(const plan::DisablePath& a) {
    return write(path_dir(a.head, a.path) / "enable", "0");
}

Status HeadConfigfs::remove_path(const plan::RemovePath& a) {
    return fs_.remove_dir(path_dir(a.head, a.path));
}

Status HeadConfigfs::activate(const std::string& head, const std::string& path) {
    return write(root_ / head / "active_path", path);
}

}  // namespace dnvme::sys
