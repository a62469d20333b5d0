// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/session.h"

#include <utility>

namespace dnvme::ctl {

Result<DisksByUuid> disks_by_uuid(Session& session) {
    const auto answer = session.client.ask(&Client::Stub::ListDisks, v1::ListRequest());
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    DisksByUuid disks;
    for (const v1::DiskView& disk : answer->disks()) {
        disks[disk.disk().uuid()] = disk.disk();
    }
    return disks;
}

void EventSink::take(const v1::Event& event) {
    switch (event.body_case()) {
        case v1::Event::kPlan:
            outcome_.plan = event.plan();
            progress_.start(event.plan());
            break;
        case v1::Event::kStep:
            progress_.step(event.step());
            break;
        default:
            outcome_.object = event;
    }
}

Outcome EventSink::finish() {
    progress_.finish();
    return std::move(outcome_);
}

Status confirm(const Session& session, const std::string& question) {
    if (!session.streams.in_is_terminal) {
        return fail(
            Code::invalid,
            "nobody can be asked, standard input is no terminal: give --yes if you mean it");
    }
    session.streams.err << question << " [y/N] " << std::flush;
    std::string answer;
    std::getline(session.streams.in, answer);
    if (answer != "y" && answer != "Y" && answer != "yes") {
        return fail(Code::precondition, "not confirmed, nothing was changed");
    }
    return {};
}

}  // namespace dnvme::ctl
