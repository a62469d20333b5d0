// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

/// For ever, as far as a terminal is concerned.
constexpr std::chrono::hours kFollow{24 * 365};

struct EventsOptions {
    bool follow = false;
};

Status events(Session& session, const EventsOptions& options) {
    v1::WatchEventsRequest request;
    request.set_follow(options.follow);
    return session.client.change(
        &Client::Stub::WatchEvents, request,
        [&session](const v1::ClusterEvent& event) { session.formatter.happened(event); },
        options.follow ? kFollow : kAskTimeout);
}

}  // namespace

void add_events(CLI::App& app, CommandLine& line) {
    const auto options = std::make_shared<EventsOptions>();
    CLI::App* verb = add_verb(app, line, "events", "Say what has happened in the cluster",
                              [options](Session& session) { return events(session, *options); });
    verb->add_flag("-f,--follow", options->follow, "Then go on saying what happens");
}

}  // namespace dnvme::ctl
