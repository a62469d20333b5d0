// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/arguments.h"
#include "dnvmectl/head_settings.h"
#include "dnvmectl/verbs.h"
#include "dnvmectl/words.h"

namespace dnvme::ctl {

namespace {

struct Arguments {
    v1::CreateHeadRequest request;
    v1::Activation activation = v1::ACTIVATION_NONE;
    v1::Policy policy = v1::POLICY_ACTIVE_STANDBY;
};

Status create(Session& session, Arguments& arguments) {
    arguments.request.set_activation(arguments.activation);
    arguments.request.set_policy(arguments.policy);
    return run_create(session, &Client::Stub::CreateHead, arguments.request, &v1::Event::head);
}

}  // namespace

void add_head_create(CLI::App& head, CommandLine& line) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* verb =
        add_verb(head, line, "create", "Make a disk over several paths",
                 [arguments](Session& session) { return create(session, *arguments); });
    v1::CreateHeadRequest& request = arguments->request;
    add_name(*verb, *request.mutable_name(), "Name of the head");
    verb->add_option("--identity", *request.mutable_identity(),
                     "What every path must lead to: the UUID of a volume, say")
        ->type_name("UUID");
    add_parsed(*verb, "--activation", arguments->activation,
               "How a path is made the active one: none (usual), nvme or reservation",
               parse_activation)
        ->type_name("WORD");
    add_parsed(*verb, "--policy", arguments->policy, "active-standby (usual) or round-robin",
               parse_policy)
        ->type_name("WORD");
    add_head_settings(*verb, *request.mutable_settings());
    add_dry_run(*verb, request);
}

}  // namespace dnvme::ctl
