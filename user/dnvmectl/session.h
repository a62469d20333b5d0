// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "dnvmectl/client.h"
#include "dnvmectl/formatter.h"
#include "dnvmectl/options.h"
#include "dnvmectl/progress.h"
#include "dnvmectl/streams.h"

namespace dnvme::ctl {

/// What a verb works with: the daemon, and a way to say things.
struct Session {
    const GlobalOptions& options;
    const Streams& streams;
    Client& client;
    Formatter& formatter;
};

/// All disks of the cluster.
Result<DisksByUuid> disks_by_uuid(Session& session);

/// What a change came to: its plan and, unless it was a dry run or a delete, the object.
struct Outcome {
    v1::Plan plan;
    v1::Event object;
};

/// Keeps what the events of a change say, and shows how far it is.
class EventSink {
  public:
    explicit EventSink(const Session& session) : progress_(session.options, session.streams) {}

    void take(const v1::Event& event);
    Outcome finish();

  private:
    Progress progress_;
    Outcome outcome_;
};

template <class Request>
Result<Outcome> run_change(Session& session, Client::ChangeRpc<Request> rpc,
                           const Request& request) {
    EventSink sink(session);
    const Status done =
        session.client.change(rpc, request, [&sink](const v1::Event& e) { sink.take(e); });
    Outcome outcome = sink.finish();
    if (!done) {
        return tl::unexpected(done.error());
    }
    return outcome;
}

/// Runs a change and shows its plan if it was a dry run; else @p show, given the last event, shows
/// what came of it and returns whether that could be done.
template <class Request, class Show>
Status run_and_show(Session& session, Client::ChangeRpc<Request> rpc, const Request& request,
                    const Show& show) {
    const auto outcome = run_change(session, rpc, request);
    if (!outcome) {
        return tl::unexpected(outcome.error());
    }
    if (request.dry_run()) {
        session.formatter.plan(outcome->plan);
        return {};
    }
    return show(outcome->object);
}

/// For a create; @p view takes the object from the last event:
/// `run_create(session, &Stub::CreateHost, request, &v1::Event::host)`.
template <class Request, class View>
Status run_create(Session& session, Client::ChangeRpc<Request> rpc, const Request& request,
                  const View& (v1::Event::*view)() const) {
    return run_and_show(session, rpc, request, [&](const v1::Event& event) -> Status {
        session.formatter.created((event.*view)());
        return {};
    });
}

/// For a change of a head that is there; @p what says in the past tense what was done.
template <class Request>
Status run_head_change(Session& session, Client::ChangeRpc<Request> rpc, const Request& request,
                       const std::string& what) {
    return run_and_show(session, rpc, request, [&](const v1::Event& event) -> Status {
        session.formatter.changed(event.head(), what);
        return {};
    });
}

/// Asks @p question on the terminal. Errors: invalid (there is no terminal to ask on),
/// precondition (the answer was not yes).
Status confirm(const Session& session, const std::string& question);

}  // namespace dnvme::ctl
