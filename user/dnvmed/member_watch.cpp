// SPDX-License-Identifier: Apache-2.0
#include "member_watch.h"

namespace dnvme::daemon {

void MemberWatch::follow(Times& since, const std::set<std::string>& now) const {
    std::erase_if(since, [&](const auto& entry) { return !now.contains(entry.first); });
    for (const std::string& member : now) {
        since.try_emplace(member, clock_());
    }
}

std::set<std::string> MemberWatch::older(const Times& since, std::chrono::milliseconds than) const {
    std::set<std::string> members;
    for (const auto& [member, time] : since) {
        if (clock_() - time >= than) {
            members.insert(member);
        }
    }
    return members;
}

plan::MemberHistory MemberWatch::history() const {
    plan::MemberHistory history{.given_up = older(absent_, patience_),
                                .released = {},
                                .synced = older(synced_, kSynced),
                                .expired = older(unreceipted_, kExpired)};
    for (const auto& [member, time] : released_) {
        if (clock_() - time < kReleased) {
            history.released.insert(member);
        }
    }
    return history;
}

void MemberWatch::note(const plan::MemberDecisions& decisions) {
    follow(absent_, decisions.absent);
    follow(synced_, decisions.synced);
    follow(unreceipted_, decisions.unreceipted);
    for (const std::string& member : decisions.release) {
        released_[member] = clock_();
    }
}

}  // namespace dnvme::daemon
