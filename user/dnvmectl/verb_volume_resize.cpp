// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/size.h"
#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

struct NewSize {
    bool is_more = false;
    std::uint64_t bytes = 0;
};

/// "20G", or "+10G" for so much more.
Result<NewSize> parse_new_size(const std::string& text) {
    const bool is_more = text.starts_with('+');
    const auto bytes = parse_size(is_more ? text.substr(1) : text);
    if (!bytes) {
        return tl::unexpected(bytes.error());
    }
    if (*bytes == 0) {
        return fail(Code::invalid, fmt::format("'{}' is nothing: give a size such as 20G, or +10G "
                                               "for so much more",
                                               text));
    }
    return NewSize{.is_more = is_more, .bytes = *bytes};
}

Status resize(Session& session, const v1::ResizeVolumeRequest& request) {
    return run_and_show(session, &Client::Stub::ResizeVolume, request,
                        [&](const v1::Event& event) -> Status {
                            session.formatter.resized(event.volume());
                            return {};
                        });
}

}  // namespace

void add_volume_resize(CLI::App& volume, CommandLine& line) {
    const auto request = std::make_shared<v1::ResizeVolumeRequest>();
    CLI::App* verb = add_verb(volume, line, "resize", "Make a volume larger",
                              [request](Session& session) { return resize(session, *request); });
    add_name(*verb, *request->mutable_name(), "Name of the volume");
    const auto take = [request](const NewSize& size) {
        size.is_more ? request->set_add_bytes(size.bytes) : request->set_size_bytes(size.bytes);
    };
    add_taken<std::string>(*verb, "--size", parse_new_size, take,
                           "What hosts will see, such as 20G, or +10G for so much more; rounded up")
        ->type_name("SIZE")
        ->required();
    add_dry_run(*verb, *request);
}

}  // namespace dnvme::ctl
