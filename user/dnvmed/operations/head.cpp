// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "base/uuid.h"
#include "operations/heads.h"
#include "owners.h"

namespace dnvme::daemon {

namespace {

constexpr int kMaxPaths = 32;

Status check_head(const v1::CreateHeadRequest& request) {
    if (!request.identity().empty()) {
        if (auto formed = model::check_identity(request.identity()); !formed) {
            return formed;
        }
    }
    if (!v1::Activation_IsValid(request.activation()) || !v1::Policy_IsValid(request.policy())) {
        return fail(Code::invalid, "activation or policy is unknown to this dnvmed");
    }
    return check_settings(request.activation(), request.settings());
}

v1::Head make_head(const v1::CreateHeadRequest& request, const std::string& node) {
    v1::Head head;
    head.set_uuid(make_uuid());
    head.set_name(request.name());
    head.set_node(node);
    head.set_identity(request.identity());
    head.set_activation(request.activation() == v1::ACTIVATION_UNSPECIFIED ? v1::ACTIVATION_NONE
                                                                           : request.activation());
    head.set_policy(request.policy() == v1::POLICY_UNSPECIFIED ? v1::POLICY_ACTIVE_STANDBY
                                                               : request.policy());
    *head.mutable_settings() = request.settings();
    return head;
}

Status check_path(const v1::Path& path) {
    if (auto named = model::check_name("path", path.name()); !named) {
        return named;
    }
    if (path.device().empty() == path.subsystem_nqn().empty()) {
        return fail(Code::invalid, fmt::format("path '{}' needs either a device or the NQN of a "
                                               "subsystem, and not both",
                                               path.name()));
    }
    if (!path.device().empty() && !path.device().starts_with("/dev/")) {
        return fail(Code::invalid,
                    fmt::format("'{}' is no device: give a path such as /dev/disk/by-id/...",
                                path.device()));
    }
    if (!path.subsystem_nqn().empty()) {
        if (auto formed = model::check_nqn(path.subsystem_nqn()); !formed) {
            return formed;
        }
        if (path.nsid() == 0 || path.nsid() == UINT32_MAX) {
            return fail(Code::invalid,
                        fmt::format("{} is no namespace identifier: give 1 or more", path.nsid()));
        }
    }
    return check_priority(path.priority());
}

Status check_new_path(const v1::Head& head, const v1::Path& path) {
    if (auto formed = check_path(path); !formed) {
        return formed;
    }
    if (head.paths_size() == kMaxPaths) {
        return fail(Code::no_space, fmt::format("head '{}' has {} paths, and no head can have more",
                                                head.name(), kMaxPaths));
    }
    for (const auto& other : head.paths()) {
        if (other.name() == path.name()) {
            return fail(Code::exists,
                        fmt::format("head '{}' has a path '{}' already", head.name(), path.name()));
        }
    }
    return {};
}

void drop_path(v1::Head& head, const std::string& path) {
    auto& paths = *head.mutable_paths();
    paths.erase(std::remove_if(paths.begin(), paths.end(),
                               [&](const auto& one) { return one.name() == path; }),
                paths.end());
}

}  // namespace

Result<Intent> create_head(const Context& context, const v1::CreateHeadRequest& request) {
    if (auto named = check_new_name(context.cluster.heads, "head", request.name()); !named) {
        return pass(named.error());
    }
    if (auto formed = check_head(request); !formed) {
        return pass(formed.error());
    }
    const v1::Head head = make_head(request, context.node);
    Intent intent;
    intent.what = fmt::format("create head '{}'", head.name());
    intent.edits = {head};
    intent.owners = {model::head_module, model::head_dir(head.uuid())};
    intent.undo = [name = head.name()](const model::Cluster& cluster) {
        return edit_head(cluster, name, [](v1::Head& h) { h.set_deleting(true); });
    };
    intent.finish = show_head(head.name());
    return intent;
}

Result<Intent> delete_head(const Context& context, const v1::DeleteRequest& request) {
    auto head = find(context.cluster.heads, "head", request.name());
    if (!head) {
        return pass(head.error());
    }
    head->set_deleting(true);
    Intent intent;
    intent.what = fmt::format("delete head '{}'", head->name());
    intent.edits = {*head};
    intent.owners = {model::head_dir(head->uuid())};
    intent.finish = [name = head->name()](const Observation& seen) {
        return check_gone(seen.cluster.heads, name);
    };
    return intent;
}

/// A path whose device is not there is recorded all the same: it is taken when it comes.
Result<Intent> create_path(const Context& context, const v1::CreatePathRequest& request) {
    auto head = find_head(context, request.head());
    if (!head) {
        return pass(head.error());
    }
    if (auto fits = check_new_path(*head, request.path()); !fits) {
        return pass(fits.error());
    }
    *head->add_paths() = request.path();
    const std::string path = request.path().name();
    Intent intent;
    intent.what = fmt::format("create path '{}' of head '{}'", path, head->name());
    intent.edits = {*head};
    const std::string dir = model::head_dir(head->uuid());
    intent.owners = {Owners::of_path(dir, path), dir};
    intent.undo = [name = head->name(), path](const model::Cluster& cluster) {
        return edit_head(cluster, name, [&](v1::Head& h) { drop_path(h, path); });
    };
    intent.finish = show_head(head->name());
    return intent;
}

Result<Intent> delete_path(const Context& context, const v1::PathRequest& request) {
    auto head = find_head(context, request.head());
    if (!head) {
        return pass(head.error());
    }
    if (auto there = check_has_path(*head, request.path()); !there) {
        return pass(there.error());
    }
    drop_path(*head, request.path());
    Intent intent;
    intent.what = fmt::format("delete path '{}' of head '{}'", request.path(), head->name());
    intent.edits = {*head};
    intent.owners = {Owners::of_path(model::head_dir(head->uuid()), request.path())};
    intent.finish = show_head(head->name());
    return intent;
}

/// No record changes: which path is the active one is for the head to say.
Result<Intent> activate_path(const Context& context, const v1::PathRequest& request) {
    const auto head = find_head(context, request.head());
    if (!head) {
        return pass(head.error());
    }
    if (auto there = check_has_path(*head, request.path()); !there) {
        return pass(there.error());
    }
    Intent intent;
    intent.what = fmt::format("activate path '{}' of head '{}'", request.path(), head->name());
    const std::string dir = model::head_dir(head->uuid());
    intent.errands.push_back(
        {.sentence = fmt::format("make path {} of head {} the active one", request.path(), dir),
         .run = [&heads = context.heads, dir,
                 path = request.path()] { return heads.activate(dir, path); },
         .undo = {}});
    intent.finish = show_head(head->name());
    return intent;
}

}  // namespace dnvme::daemon
