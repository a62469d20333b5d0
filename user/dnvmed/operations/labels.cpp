// SPDX-License-Identifier: Apache-2.0
#include "operations/labels.h"

#include <algorithm>

#include <fmt/format.h>

#include "operations/intent.h"
#include "view.h"

namespace dnvme::daemon {

namespace {

bool is_word(const std::string& text) {
    return !text.empty() && text.find_first_of("=!, \t\n") == std::string::npos;
}

Status check_change(const v1::SetLabelsRequest& request) {
    if (request.labels().empty() && request.remove().empty()) {
        return fail(Code::invalid, "nothing to change: give labels to set or to remove");
    }
    for (const auto& key : request.remove()) {
        if (request.labels().contains(key)) {
            return fail(Code::invalid, fmt::format("label '{}' is to be set and removed", key));
        }
    }
    return check_labels(request.labels());
}

/// A key that is not there is most likely misspelt.
Status change(const char* noun, const v1::SetLabelsRequest& request, Labels& labels) {
    for (const auto& key : request.remove()) {
        if (labels.erase(key) == 0) {
            return fail(Code::not_found,
                        fmt::format("{} '{}' has no label '{}'", noun, request.name(), key));
        }
    }
    for (const auto& [key, value] : request.labels()) {
        labels[key] = value;
    }
    return {};
}

/// @p record with its labels changed; @p show makes the last event.
template <class Record, class Show>
Result<Intent> set_labels(const char* noun, Result<Record> record,
                          const v1::SetLabelsRequest& request, Show show) {
    if (!record) {
        return pass(record.error());
    }
    if (auto possible = check_change(request); !possible) {
        return pass(possible.error());
    }
    if (auto changed = change(noun, request, *record->mutable_labels()); !changed) {
        return pass(changed.error());
    }
    Intent intent;
    intent.what = fmt::format("set labels of {} '{}'", noun, record->name());
    intent.edits = {*record};
    intent.finish = [name = record->name(),
                     show](const Observation& seen) -> Result<std::optional<v1::Event>> {
        return std::optional(show(seen, name));
    };
    return intent;
}

}  // namespace

Status check_labels(const Labels& labels) {
    for (const auto& [key, value] : labels) {
        if (!is_word(key) || !is_word(value)) {
            return fail(Code::invalid,
                        fmt::format("'{}={}' is no label: key and value are words without blanks, "
                                    "'=', '!' and ',', such as site=a",
                                    key, value));
        }
        if (key == "node") {
            return fail(Code::invalid, "label 'node' cannot be set: it is the name of the node");
        }
    }
    return {};
}

Result<Intent> set_node(const Context& context, const v1::SetLabelsRequest& request) {
    return set_labels("node", find(context.cluster.nodes, "node", request.name()), request,
                      [](const Observation& seen, const std::string& name) {
                          v1::Event event;
                          *event.mutable_node() = view_node(seen, seen.cluster.nodes.at(name));
                          return event;
                      });
}

Result<Intent> set_disk(const Context& context, const v1::SetLabelsRequest& request) {
    return set_labels("disk", find(context.cluster.disks, "disk", request.name()), request,
                      [](const Observation& seen, const std::string& name) {
                          v1::Event event;
                          *event.mutable_disk() = view_disk(seen, seen.cluster.disks.at(name));
                          return event;
                      });
}

}  // namespace dnvme::daemon
