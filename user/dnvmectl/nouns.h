// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <fmt/format.h>

#include "dnvmectl/client.h"

/// The things that dnvmectl manages by a name of their own, told to the verbs that are the same for
/// all of them.
namespace dnvme::ctl {

struct NodeNoun {
    static constexpr auto word = "node";
    using List = v1::NodeList;
    static constexpr auto list_rpc = &Client::Stub::ListNodes;
    static constexpr auto delete_rpc = &Client::Stub::DeleteNode;
    static const auto& views(const List& list) { return list.nodes(); }
    static constexpr auto question = "Delete node {}?";
};

struct DiskNoun {
    static constexpr auto word = "disk";
    using List = v1::DiskList;
    static constexpr auto list_rpc = &Client::Stub::ListDisks;
    static constexpr auto delete_rpc = &Client::Stub::DeleteDisk;
    static const auto& views(const List& list) { return list.disks(); }
    static constexpr auto question = "Take disk {} away from dnvme?";
};

struct VolumeNoun {
    static constexpr auto word = "volume";
    using List = v1::VolumeList;
    static constexpr auto list_rpc = &Client::Stub::ListVolumes;
    static constexpr auto delete_rpc = &Client::Stub::DeleteVolume;
    static const auto& views(const List& list) { return list.volumes(); }
    static constexpr auto question = "Delete volume {} and all data on it?";
};

struct HostNoun {
    static constexpr auto word = "host";
    using List = v1::HostList;
    static constexpr auto list_rpc = &Client::Stub::ListHosts;
    static constexpr auto delete_rpc = &Client::Stub::DeleteHost;
    static const auto& views(const List& list) { return list.hosts(); }
    static constexpr auto question = "Delete host {}?";
};

struct HeadNoun {
    static constexpr auto word = "head";
    using List = v1::HeadList;
    static constexpr auto list_rpc = &Client::Stub::ListHeads;
    static constexpr auto delete_rpc = &Client::Stub::DeleteHead;
    static const auto& views(const List& list) { return list.heads(); }
    static constexpr auto question = "Delete head {}, with its disk?";
};

template <class Noun>
using ViewOf = std::decay_t<decltype(Noun::views(typename Noun::List())[0])>;

/// The one of that name. Error: not_found.
template <class Noun>
Result<ViewOf<Noun>> find_view(Client& client, const std::string& name) {
    v1::ListRequest request;
    request.add_names(name);
    const auto answer = client.ask(Noun::list_rpc, request);
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    const auto& views = Noun::views(*answer);
    if (views.empty()) {
        return fail(Code::not_found, fmt::format("{} '{}' does not exist", Noun::word, name));
    }
    return views[0];
}

}  // namespace dnvme::ctl
