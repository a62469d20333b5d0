// SPDX-License-Identifier: Apache-2.0
// Heads and paths that are there, and in use, get other settings.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "operations/heads.h"
#include "owners.h"
#include "plan/heads.h"

namespace dnvme::daemon {

namespace {

std::string path_names(const v1::Head& head) {
    std::vector<std::string> names;
    for (const auto& path : head.paths()) {
        names.push_back(path.name());
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

/// The kernel would refuse it as well, but in the middle of the change.
Status check_changes_live(const v1::Head& before, const v1::Head& after) {
    if (before.paths().empty()) {
        return {};
    }
    auto old = plan::head_attributes(before);
    for (const auto& [attribute, value] : plan::head_attributes(after)) {
        if (!plan::changes_live(attribute) && old[attribute] != value) {
            return fail(Code::precondition,
                        fmt::format("{} cannot change while head '{}' has paths: delete them ({}) "
                                    "with 'dnvmectl path delete', set it, and create them again",
                                    attribute, before.name(), path_names(before)));
        }
    }
    return {};
}

v1::Path* path_of(v1::Head& head, const std::string& name) {
    for (auto& path : *head.mutable_paths()) {
        if (path.name() == name) {
            return &path;
        }
    }
    return nullptr;
}

void put_priority(v1::Head& head, const std::string& name, std::uint32_t priority) {
    if (v1::Path* path = path_of(head, name); path != nullptr) {
        path->set_priority(priority);
    }
}

Status check_settable(const v1::Head& before, const v1::Head& after) {
    if (auto formed = check_settings(after.activation(), after.settings()); !formed) {
        return formed;
    }
    return check_changes_live(before, after);
}

Status check_new_priority(const v1::Head& head, const v1::SetPathRequest& request) {
    if (auto there = check_has_path(head, request.path()); !there) {
        return there;
    }
    if (!request.has_priority()) {
        return fail(Code::invalid, "nothing to set: give a priority");
    }
    return check_priority(request.priority());
}

}  // namespace

/// Taken back if the kernel refuses: after a reboot the head could not be made from such a record.
Result<Intent> set_head(const Context& context, const v1::SetHeadRequest& request) {
    const auto before = find_head(context, request.name());
    if (!before) {
        return pass(before.error());
    }
    if (request.settings().ByteSizeLong() == 0) {
        return fail(Code::invalid, "nothing to set: give at least one setting");
    }
    v1::Head head = *before;
    head.mutable_settings()->MergeFrom(request.settings());
    if (auto possible = check_settable(*before, head); !possible) {
        return pass(possible.error());
    }
    Intent intent;
    intent.what = fmt::format("set head '{}'", head.name());
    intent.edits = {head};
    intent.owners = {model::head_dir(head.uuid())};
    intent.undo = [name = head.name(), old = before->settings()](const model::Cluster& cluster) {
        return edit_head(cluster, name, [&](v1::Head& h) { *h.mutable_settings() = old; });
    };
    intent.finish = show_head(head.name());
    return intent;
}

Result<Intent> set_path(const Context& context, const v1::SetPathRequest& request) {
    auto head = find_head(context, request.head());
    if (!head) {
        return pass(head.error());
    }
    const std::string name = head->name();
    const std::string& path = request.path();
    if (auto possible = check_new_priority(*head, request); !possible) {
        return pass(possible.error());
    }
    const std::uint32_t old = path_of(*head, path)->priority();
    put_priority(*head, path, request.priority());
    Intent intent;
    intent.what = fmt::format("set path '{}' of head '{}'", path, name);
    intent.edits = {*head};
    intent.owners = {Owners::of_path(model::head_dir(head->uuid()), path)};
    intent.undo = [name, path, old](const model::Cluster& cluster) {
        return edit_head(cluster, name, [&](v1::Head& h) { put_priority(h, path, old); });
    };
    intent.finish = show_head(name);
    return intent;
}

}  // namespace dnvme::daemon
