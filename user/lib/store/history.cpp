// SPDX-License-Identifier: Apache-2.0
#include "store/history.h"

#include <algorithm>

#include <fmt/format.h>

#include "store/checks.h"

namespace dnvme::store {

namespace {

std::size_t size_of(const Event& event) {
    return sizeof(Event) + event.key.size() + (event.value ? event.value->size() : 0);
}

}  // namespace

void History::add(std::int64_t revision, std::vector<Event> events) {
    last_ = revision;
    for (Event& event : events) {
        bytes_ += size_of(event);
        events_.push_back(std::move(event));
    }
    while (bytes_ > most_bytes_ && events_.front().mod_revision < last_) {
        drop_oldest_revision();
    }
}

Status History::forget_before(std::int64_t revision) {
    if (revision > last_ + 1) {
        return fail(Code::invalid,
                    fmt::format("revision {} of the store is still to come", revision));
    }
    while (!events_.empty() && events_.front().mod_revision < revision) {
        drop_oldest_revision();
    }
    first_ = std::max(first_, revision);
    return {};
}

Result<std::vector<Event>> History::since(const std::string& prefix, std::int64_t from) const {
    if (from < first_) {
        return history_gone(first_, from);
    }
    std::vector<Event> found;
    std::ranges::copy_if(events_, std::back_inserter(found), [&](const Event& event) {
        return event.mod_revision >= from && event.key.starts_with(prefix);
    });
    return found;
}

void History::drop_oldest_revision() {
    const std::int64_t oldest = events_.front().mod_revision;
    while (!events_.empty() && events_.front().mod_revision == oldest) {
        bytes_ -= size_of(events_.front());
        events_.pop_front();
    }
    first_ = oldest + 1;
}

}  // namespace dnvme::store
