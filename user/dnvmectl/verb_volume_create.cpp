// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"
#include "dnvmectl/words.h"

namespace dnvme::ctl {

namespace {

struct Arguments {
    std::string name;
    std::uint64_t size_bytes = 0;
    std::uint32_t legs = 1;
    v1::Redundancy redundancy = v1::REDUNDANCY_NONE;
    std::uint64_t chunk_bytes = 0;  ///< 0: the daemon's default
    std::uint32_t standbys = 0;
    bool dry_run = false;
};

v1::CreateVolumeRequest make_request(const Arguments& arguments) {
    v1::CreateVolumeRequest request;
    request.set_name(arguments.name);
    request.set_size_bytes(arguments.size_bytes);
    request.set_legs(arguments.legs);
    request.set_redundancy(arguments.redundancy);
    request.set_chunk_bytes(arguments.chunk_bytes);
    request.set_standbys(arguments.standbys);
    request.set_dry_run(arguments.dry_run);
    return request;
}

Status create(Session& session, const Arguments& arguments) {
    return run_create(session, &Client::Stub::CreateVolume, make_request(arguments),
                      &v1::Event::volume);
}

// The API takes 0 legs for "as usual", which nobody means who types it.
Result<std::uint32_t> parse_legs(const std::string& text) {
    const auto legs = parse_number(text);
    if (!legs || *legs == 0) {
        return fail(Code::invalid, fmt::format("'{}' is no number of legs: give 1 to 64", text));
    }
    return *legs;
}

Result<std::uint32_t> parse_standbys(const std::string& text) {
    const auto standbys = parse_number(text);
    if (!standbys) {
        return fail(Code::invalid, fmt::format("'{}' is no number of standbys: give 0 to 4", text));
    }
    return *standbys;
}

}  // namespace

void add_volume_create(CLI::App& volume, CommandLine& line) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* verb =
        add_verb(volume, line, "create", "Make a volume",
                 [arguments](Session& session) { return create(session, *arguments); });
    add_name(*verb, arguments->name, "Name of the volume");
    add_size(*verb, "--size", arguments->size_bytes, "What hosts will see, such as 10G; rounded up")
        ->required();
    add_parsed(*verb, "--legs", arguments->legs, "Legs to stripe over, 1 (usual) to 64", parse_legs)
        ->type_name("N");
    add_parsed(*verb, "--redundancy", arguments->redundancy,
               fmt::format("Of each leg: {} ({} if not given)",
                           fmt::join(redundancy_words(), " or "), word(arguments->redundancy)),
               parse_redundancy)
        ->type_name("WORD");
    add_size(*verb, "--chunk", arguments->chunk_bytes, "Stripe unit, 4K to 1G, a power of 2 (64K)");
    add_parsed(*verb, "--standbys", arguments->standbys,
               "Controllers that can take over, 0 (usual) to 4", parse_standbys)
        ->type_name("N");
    add_dry_run(*verb, arguments->dry_run);
}

}  // namespace dnvme::ctl
