// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "operations/intent.h"
#include "view.h"

namespace dnvme::daemon {

/// The name is what people type and the key in the store: everything in the kernel is called after
/// the uuid, so nothing there changes.
Result<Intent> rename_volume(const Context& context, const v1::RenameVolumeRequest& request) {
    const auto volume = find(context.cluster.volumes, "volume", request.name());
    if (!volume) {
        return pass(volume.error());
    }
    if (auto stays = check_not_deleting("volume", *volume); !stays) {
        return pass(stays.error());
    }
    if (auto named = check_new_name(context.cluster.volumes, "volume", request.new_name());
        !named) {
        return pass(named.error());
    }
    v1::Volume renamed = *volume;
    renamed.set_name(request.new_name());
    Intent intent;
    intent.what = fmt::format("rename volume '{}' to '{}'", volume->name(), renamed.name());
    intent.edits = {Erase<v1::Volume>{*volume}, renamed};
    intent.finish = [name = renamed.name()](const Observation& seen) {
        v1::Event event;
        *event.mutable_volume() = view_volume(seen, seen.cluster.volumes.at(name));
        return std::optional(event);
    };
    return intent;
}

}  // namespace dnvme::daemon
