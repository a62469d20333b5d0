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
    RedundancyWish redundancy;
    std::uint64_t chunk_bytes = 0;  ///< 0: the daemon's default
    std::uint32_t standbys = 0;
    std::string node;                        ///< empty: the daemon's choice
    std::vector<std::string> standby_nodes;  ///< empty: the daemon's choice
    std::vector<std::string> rules;
    std::string anti_affinity;
    std::vector<v1::Pin> pins;
    bool dry_run = false;
};

v1::CreateVolumeRequest make_request(const Arguments& arguments) {
    v1::CreateVolumeRequest request;
    request.set_name(arguments.name);
    request.set_size_bytes(arguments.size_bytes);
    request.set_legs(arguments.legs);
    request.set_redundancy(arguments.redundancy.kind);
    request.set_members(arguments.redundancy.members);
    request.set_chunk_bytes(arguments.chunk_bytes);
    request.set_standbys(arguments.standbys);
    request.set_node(arguments.node);
    request.mutable_standby_nodes()->Assign(arguments.standby_nodes.begin(),
                                            arguments.standby_nodes.end());
    v1::PlacementRules& placement = *request.mutable_placement();
    placement.mutable_rules()->Assign(arguments.rules.begin(), arguments.rules.end());
    placement.set_anti_affinity(arguments.anti_affinity);
    request.mutable_pins()->Assign(arguments.pins.begin(), arguments.pins.end());
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

/// KEY=VALUE each; rules are told apart from labels by what stands between.
template <bool Equal>
Result<std::vector<std::string>> parse_rules(const std::vector<std::string>& texts) {
    std::vector<std::string> rules;
    for (std::string rule : texts) {
        const auto equals = rule.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == rule.size()) {
            return fail(Code::invalid,
                        fmt::format("'{}' is no label: give KEY=VALUE, such as site=a", rule));
        }
        rules.push_back(Equal ? rule : rule.insert(equals, "!"));
    }
    return rules;
}

Result<v1::Pin> parse_pin(const std::string& text) {
    const auto dot = text.find('.');
    const auto equals = text.find('=');
    if (dot < equals && equals != std::string::npos && equals + 1 < text.size()) {
        const auto leg = parse_number(text.substr(0, dot));
        const auto member = parse_number(text.substr(dot + 1, equals - dot - 1));
        if (leg && member) {
            v1::Pin pin;
            pin.set_leg(*leg);
            pin.set_member(*member);
            pin.set_disk(text.substr(equals + 1));
            return pin;
        }
    }
    return fail(Code::invalid, fmt::format("'{}' is no place: give LEG.MEMBER=DISK, both counted "
                                           "from 0, such as 0.1=d3",
                                           text));
}

Result<std::vector<v1::Pin>> parse_pins(const std::vector<std::string>& texts) {
    std::vector<v1::Pin> pins;
    for (const std::string& text : texts) {
        const auto pin = parse_pin(text);
        if (!pin) {
            return tl::unexpected(pin.error());
        }
        pins.push_back(*pin);
    }
    return pins;
}

void add_rules(CLI::App& verb, Arguments& arguments) {
    const auto add = [&arguments](const std::vector<std::string>& rules) {
        arguments.rules.insert(arguments.rules.end(), rules.begin(), rules.end());
    };
    add_taken<std::vector<std::string>>(verb, "--include", parse_rules<true>, add,
                                        "Only disks with this label, or on such nodes; repeatable")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    add_taken<std::vector<std::string>>(verb, "--exclude", parse_rules<false>, add,
                                        "No disks with this label or on such nodes; repeatable")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
}

void add_placement(CLI::App& verb, Arguments& arguments) {
    add_rules(verb, arguments);
    verb.add_option("--anti-affinity", arguments.anti_affinity,
                    "Volumes with the same key avoid each other's nodes")
        ->type_name("KEY");
    add_parsed(verb, "--place", arguments.pins, "Disk of a member, by hand: of each or of none",
               parse_pins)
        ->type_name("LEG.MEMBER=DISK")
        ->allow_extra_args(false);
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
               "Of each leg: none (usual), raid1, raid5, raid6, raid10", parse_redundancy)
        ->type_name("WORD[:MEMBERS]");
    add_size(*verb, "--chunk", arguments->chunk_bytes, "Stripe unit, 4K to 1G, a power of 2 (64K)");
    add_parsed(*verb, "--standbys", arguments->standbys,
               "Controllers that can take over, 0 (usual) to 4", parse_standbys)
        ->type_name("N");
    verb->add_option("--node", arguments->node,
                     "Of its first controller (where most of its disks are)")
        ->type_name("NODE");
    verb->add_option("--standby-nodes", arguments->standby_nodes,
                     "Of its standbys, one each (the daemon's choice)")
        ->type_name("NODE,...")
        ->delimiter(',')
        ->allow_extra_args(false);
    add_placement(*verb, *arguments);
    add_dry_run(*verb, arguments->dry_run);
}

}  // namespace dnvme::ctl
