// SPDX-License-Identifier: Apache-2.0
#include "operations/waiting.h"

#include <spdlog/spdlog.h>

namespace dnvme::daemon {

namespace {

/// For what no change of a status tells: that it is late.
constexpr std::chrono::milliseconds kPeriod{1000};

}  // namespace

void Waiting::add(Pending pending, std::shared_ptr<QueueSink> sink) {
    requests_.push_back({.pending = std::move(pending),
                         .sink = std::move(sink),
                         .until = Clock::now() + patience_});
    look();
}

void Waiting::look() {
    requests_.remove_if([this](Request& request) { return finish(request); });
    if (requests_.empty()) {
        alarm_.clear();
    } else if (auto set = alarm_.set(kPeriod, [this] { look(); }); !set) {
        spdlog::error("{}", set.error().message());
    }
}

bool Waiting::finish(Request& request) {
    const bool late = Clock::now() >= request.until;
    auto result = operations_.look(request.pending, late, *request.sink);
    if (!result) {
        return false;
    }
    request.sink->finish(std::move(*result));
    return true;
}

}  // namespace dnvme::daemon
