// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <iterator>
#include <vector>

#include <gtest/gtest.h>

#include "store/store.h"

/// Waiting for what a watch tells, as long as a loaded machine may need.
namespace dnvme::store {

inline constexpr std::chrono::milliseconds kLong = std::chrono::seconds(60);

/// The next changes that are not empty.
inline Changes next_changes(Watch& watch) {
    const auto deadline = std::chrono::steady_clock::now() + kLong;
    while (std::chrono::steady_clock::now() < deadline) {
        auto changes = watch.next(std::chrono::seconds(1));
        if (changes ? !changes->events.empty() : changes.error().code() != Code::unavailable) {
            EXPECT_TRUE(changes) << changes.error().message();
            return changes.value_or(Changes{});
        }
    }
    ADD_FAILURE() << "nothing happened in " << kLong.count() << " ms";
    return {};
}

/// An answer without events; fails if there are some.
inline Changes quiet_changes(Watch& watch) {
    const auto deadline = std::chrono::steady_clock::now() + kLong;
    auto changes = watch.next(std::chrono::milliseconds(1));
    while (!changes && std::chrono::steady_clock::now() < deadline) {
        changes = watch.next(std::chrono::milliseconds(100));  // not connected yet
    }
    EXPECT_TRUE(changes) << changes.error().message();
    return changes.value_or(Changes{});
}

/// The next @p count events.
inline std::vector<Event> events_of(Watch& watch, std::size_t count) {
    std::vector<Event> events;
    while (events.size() < count) {
        Changes changes = next_changes(watch);
        if (changes.events.empty()) {
            break;
        }
        std::move(changes.events.begin(), changes.events.end(), std::back_inserter(events));
    }
    return events;
}

/// The next error other than unavailable.
inline Error first_error(Watch& watch) {
    const auto deadline = std::chrono::steady_clock::now() + kLong;
    while (std::chrono::steady_clock::now() < deadline) {
        const auto changes = watch.next(std::chrono::seconds(1));
        if (!changes && changes.error().code() != Code::unavailable) {
            return changes.error();
        }
    }
    return {Code::internal, "no error in time"};
}

}  // namespace dnvme::store
