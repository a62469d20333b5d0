// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/size.h"
#include "elsewhere.h"
#include "model/controllers.h"
#include "model/growth.h"
#include "operations/intent.h"
#include "plan/grow_legs.h"
#include "view.h"

namespace dnvme::daemon {

namespace {

Result<std::uint64_t> wanted_bytes(const v1::Volume& volume,
                                   const v1::ResizeVolumeRequest& request) {
    if ((request.size_bytes() == 0) == (request.add_bytes() == 0)) {
        return fail(Code::invalid, "give either the size or what is to be added to it, not zero");
    }
    if (request.add_bytes() > std::numeric_limits<std::uint64_t>::max() - volume.size_bytes()) {
        return fail(Code::invalid,
                    fmt::format("{} more is too large", format_size(request.add_bytes())));
    }
    return request.size_bytes() == 0 ? volume.size_bytes() + request.add_bytes()
                                     : request.size_bytes();
}

/// New space is equal on all members only if what they have is.
Status check_whole(const v1::Volume& volume) {
    for (const auto& leg : volume.legs()) {
        const bool in_sync = std::ranges::all_of(leg.members(), [](const auto& member) {
            return member.sync() == v1::LogicalDisk::IN_SYNC;
        });
        if (!leg.formatted() || !in_sync) {
            return fail(Code::precondition,
                        "not all of its members are in sync: try again when they are");
        }
    }
    return {};
}

Result<plan::GrownVolume> grow(const Context& context, const v1::Volume& volume,
                               const v1::ResizeVolumeRequest& request) {
    const auto bytes = wanted_bytes(volume, request);
    if (!bytes) {
        return pass(bytes.error());
    }
    if (auto whole = check_whole(volume); !whole) {
        return pass(whole.error());
    }
    const auto layout = model::layout_grown(volume, *bytes);
    if (!layout) {
        return pass(layout.error());
    }
    return plan::grow_legs(context.cluster, volume, *layout);
}

/// Shows the volume once hosts see all of it.
auto show_grown(const v1::Volume& wanted) {
    return [wanted](const Observation& seen) -> Result<std::optional<v1::Event>> {
        const auto volume = find(seen.cluster.volumes, "volume", wanted.name());
        if (!volume) {
            return pass(volume.error());
        }
        const VolumeState state = volume_state(seen, *volume);
        if (state.size_bytes < wanted.size_bytes()) {
            const std::string why =
                state.problem.empty() ? "has not all of its size yet" : state.problem;
            return fail(Code::internal, why + ": dnvmed goes on trying");
        }
        v1::Event event;
        *event.mutable_volume() = view_volume(seen, *volume);
        return std::optional(event);
    };
}

}  // namespace

/// Never taken back: hosts may have seen the new size, or written there.
Result<Intent> resize_volume(const Context& context, const v1::ResizeVolumeRequest& request) {
    const auto volume = find(context.cluster.volumes, "volume", request.name());
    if (!volume) {
        return pass(volume.error());
    }
    if (auto stays = check_not_deleting("volume", *volume); !stays) {
        return pass(stays.error());
    }
    if (model::are_apart(*volume)) {
        return fail(Code::precondition,
                    fmt::format("volume '{}' has controllers on several nodes: resizing such a "
                                "volume is not possible yet",
                                volume->name()));
    }
    auto grown = grow(context, *volume, request);
    if (!grown) {
        return pass(grown.error(), fmt::format("volume '{}'", volume->name()));
    }
    Intent intent;
    intent.what = fmt::format("resize volume '{}'", volume->name());
    intent.notes = std::move(grown->notes);
    intent.edits = {grown->volume};
    intent.owners = {volume->uuid()};
    intent.needs = volume->uuid();
    intent.needs_members = true;
    intent.finish = show_grown(grown->volume);
    return intent;
}

}  // namespace dnvme::daemon
