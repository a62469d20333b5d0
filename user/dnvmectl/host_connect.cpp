// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/host_connect.h"

#include <fmt/format.h>

namespace dnvme::ctl {

namespace {

/// What is asked for, and what is there.
struct Ways {
    std::vector<Connection> wanted;
    std::vector<Connection> present;
};

Result<std::vector<Connection>> ask(Session& session, const std::string& host_nqn,
                                    const std::vector<std::string>& names) {
    const auto hosts = session.client.ask(&Client::Stub::ListHosts, v1::ListRequest());
    if (!hosts) {
        return tl::unexpected(hosts.error());
    }
    const auto volumes = session.client.ask(&Client::Stub::ListVolumes, v1::ListRequest());
    if (!volumes) {
        return tl::unexpected(volumes.error());
    }
    return connections_of(host_nqn, *hosts, *volumes, names);
}

Result<Ways> look(Session& session, Initiator& initiator, const ConnectArguments& arguments) {
    const auto nqn = initiator.host_nqn();
    if (!nqn) {
        return tl::unexpected(nqn.error());
    }
    auto wanted = ask(session, *nqn, arguments.volumes);
    if (!wanted) {
        return tl::unexpected(wanted.error());
    }
    auto present = initiator.connections();
    if (!present) {
        return tl::unexpected(present.error());
    }
    return Ways{.wanted = std::move(*wanted), .present = std::move(*present)};
}

/// Does something to each of @p ways, or says that it would.
class Round {
  public:
    Round(Session& session, bool dry_run) : session_(session), dry_run_(dry_run) {}

    template <class Run>
    void run(const char* verb, const char* done, const Connection& way, Run run) {
        if (dry_run_) {
            plan_.add_actions(fmt::format("{} {}", verb, to_string(way)));
            return;
        }
        const Status ran = run();
        if (ran) {
            states_.push_back({.connection = way, .state = done});
        } else if (first_error_) {
            first_error_ = ran;
        }
    }
    void leave(const char* state, const Connection& way) {
        states_.push_back({.connection = way, .state = state});
    }
    Status finish() {
        if (dry_run_) {
            session_.formatter.plan(plan_);
        } else {
            session_.formatter.connections(states_);
        }
        return first_error_;
    }

  private:
    Session& session_;
    const bool dry_run_;
    v1::Plan plan_;
    std::vector<ConnectionState> states_;
    Status first_error_;
};

}  // namespace

Status connect_host(Session& session, Initiator& initiator, const ConnectArguments& arguments) {
    const auto ways = look(session, initiator, arguments);
    if (!ways) {
        return tl::unexpected(ways.error());
    }
    Round round(session, arguments.dry_run);
    for (const Connection& way : ways->wanted) {
        if (contains_way(ways->present, way)) {
            round.leave("connected already", way);
        } else {
            round.run("connect to", "connected", way, [&] { return initiator.connect(way); });
        }
    }
    return round.finish();
}

Status disconnect_host(Session& session, Initiator& initiator, const ConnectArguments& arguments) {
    const auto ways = look(session, initiator, arguments);
    if (!ways) {
        return tl::unexpected(ways.error());
    }
    Round round(session, arguments.dry_run);
    for (const Connection& way : ways->wanted) {
        if (contains_way(ways->present, way)) {
            round.run("disconnect from", "disconnected", way,
                      [&] { return initiator.disconnect(way); });
        } else {
            round.leave("not connected", way);
        }
    }
    return round.finish();
}

}  // namespace dnvme::ctl
