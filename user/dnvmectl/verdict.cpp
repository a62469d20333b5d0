// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/verdict.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/unix_time.h"
#include "dnvmectl/words.h"

namespace dnvme::ctl {

namespace {

std::size_t count(const v1::ClusterStatus& status, v1::Health health) {
    return static_cast<std::size_t>(std::ranges::count_if(
        status.volumes(), [&](const v1::VolumeView& view) { return view.health() == health; }));
}

std::string volumes(std::size_t number) {
    return fmt::format("{} volume{}", number, number == 1 ? "" : "s");
}

}  // namespace

std::string since_words(std::int64_t unix_s) {
    return unix_s == 0 ? "" : " since " + time_words(unix_s);
}

std::string presence_words(const v1::NodeView& view) {
    const std::string words = word(view.presence()) + since_words(view.since_unix_s());
    return view.problem().empty() ? words : words + ": " + view.problem();
}

/// The worst that there is, and only that.
Cell verdict(const v1::ClusterStatus& status) {
    if (!status.store().reachable()) {
        return {"nothing can be changed until the store answers; what was built goes on serving",
                Tone::bad};
    }
    if (const auto down = count(status, v1::HEALTH_DOWN); down != 0) {
        return {fmt::format("of {} not all data can be reached", volumes(down)), Tone::bad};
    }
    if (const auto unknown = count(status, v1::HEALTH_UNKNOWN); unknown != 0) {
        return {fmt::format("nobody who is online knows how {} fare", volumes(unknown)), Tone::bad};
    }
    if (const auto degraded = count(status, v1::HEALTH_DEGRADED); degraded != 0) {
        return {fmt::format("all data is there, that of {} with less redundancy than asked for",
                            volumes(degraded)),
                Tone::warning};
    }
    return {"all data is safe: every volume serves with all the redundancy asked for", Tone::good};
}

}  // namespace dnvme::ctl
