// SPDX-License-Identifier: Apache-2.0
#include "coordinator.h"

#include <algorithm>
#include <chrono>

#include <spdlog/spdlog.h>

#include "base/unix_time.h"
#include "failover.h"
#include "model/handover.h"
#include "store/codec.h"
#include "store/records.h"

namespace dnvme::daemon {

namespace {

/// How often the leader looks, and how long the others wait at most until they notice that they are
/// to end.
constexpr std::chrono::milliseconds kPeriod{1000};
/// In one transaction; the rest is for the next one.
constexpr std::size_t kMostWrites = 50;

store::Write note(const std::string& node, std::int64_t now_unix_s) {
    v1::NodeAbsence absence;
    absence.set_schema_version(store::kStatusVersion);
    absence.set_node(node);
    absence.set_since_unix_s(now_unix_s);
    return {.key = store::absence_key(node), .value = absence.SerializeAsString()};
}

Result<std::set<std::string>> names_of_nodes(store::Store& store) {
    const auto snapshot = store.list(store::kNodePrefix);
    if (!snapshot) {
        return pass(snapshot.error());
    }
    std::set<std::string> names;
    for (const store::Entry& entry : snapshot->entries) {
        names.insert(entry.key.substr(std::string(store::kNodePrefix).size()));
    }
    return names;
}

/// What the daemons say, and the revision of the store at which they said no more than that.
struct Said {
    store::Statuses statuses;
    std::int64_t revision = 0;
};

Result<Said> read_statuses(store::Store& store) {
    Said said;
    for (const char* prefix : {store::kStatusPrefix, store::kAbsencePrefix}) {
        const auto snapshot = store.list(prefix);
        if (!snapshot) {
            return pass(snapshot.error());
        }
        for (const store::Entry& entry : snapshot->entries) {
            take(entry, said.statuses);
        }
        said.revision = said.revision == 0 ? snapshot->revision : said.revision;
    }
    return said;
}

}  // namespace

std::vector<store::Write> note_absences(const std::set<std::string>& nodes,
                                        const store::Statuses& statuses, std::int64_t now_unix_s) {
    std::vector<store::Write> writes;
    for (const std::string& node : nodes) {
        if (writes.size() == kMostWrites) {
            return writes;
        }
        if (!statuses.online.contains(node) && !statuses.absent.contains(node)) {
            writes.push_back(note(node, now_unix_s));
        }
    }
    for (const auto& [node, absence] : statuses.absent) {
        if (writes.size() < kMostWrites &&
            (statuses.online.contains(node) || !nodes.contains(node))) {
            writes.push_back({.key = store::absence_key(node), .value = std::nullopt});
        }
    }
    return writes;
}

Coordinator::~Coordinator() {
    {
        MutexLock lock(mutex_);
        stop_ = true;
        wake_.notify_all();
    }
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Coordinator::start() {
    thread_ = std::thread([this] { run(); });
}

void Coordinator::run() {
    do {
        if (const auto lease = presence_.lease()) {
            campaign(*lease);
        }
    } while (wait());
}

/// As long as the lease lasts that it is bound to.
void Coordinator::campaign(store::LeaseId lease) {
    store::Election election(store_, store::kLeaderKey, node_, lease);
    Clocks clocks;
    bool led = false;
    do {
        const auto elected = election.campaign(led ? std::chrono::milliseconds(0) : kPeriod);
        if (!elected) {
            spdlog::debug("{}", elected.error().message());
            continue;
        }
        if (*elected && !led) {
            spdlog::info("node {} leads the cluster", node_);
        }
        led = *elected;
        if (!led) {
            clocks = Clocks();
        }
        if (auto done = led ? lead(election, clocks) : Status(); !done) {
            spdlog::debug("as leader: {}", done.error().message());
        }
        presence_.tell_clocks(clocks.wrong());
    } while (wait() && presence_.lease() == lease);
    if (auto resigned = led ? election.resign() : Status(); !resigned) {
        spdlog::debug("{}", resigned.error().message());
    }
}

Status Coordinator::lead(store::Election& election, Clocks& clocks) {
    const auto nodes = names_of_nodes(store_);
    if (!nodes) {
        return pass(nodes.error());
    }
    const auto said = read_statuses(store_);
    if (!said) {
        return pass(said.error());
    }
    const std::int64_t now = unix_now();
    clocks.look(said->statuses, node_, now);
    const auto writes = note_absences(*nodes, said->statuses, now);
    if (!writes.empty()) {
        const auto written = store_.transact({election.proof()}, writes);
        if (!written) {
            return pass(written.error());
        }
    }
    // All records are many: not again while the store is as it was.
    if (!replaces_owners_ || said->statuses.absent.empty() || said->revision == judged_) {
        return {};
    }
    const Status replaced = replace_owners(election);
    judged_ = replaced ? said->revision : 0;
    return replaced;
}

Status Coordinator::replace_owners(const store::Election& election) {
    const auto loaded = store::load(store_);
    if (!loaded) {
        return pass(loaded.error());
    }
    auto found = takeovers(loaded->cluster, loaded->statuses);
    if (found.empty()) {
        return {};
    }
    found.resize(std::min(found.size(), kMostWrites));
    store::Change change(*loaded);
    change.require(election.proof());
    for (Takeover& takeover : found) {
        const auto& absence = loaded->statuses.absent.at(takeover.lost);
        model::record_decision(takeover.volume, unix_now_ms(), absence.since_unix_s() * 1000);
        change.put(takeover.volume);
    }
    if (auto written = change.commit(store_); !written) {
        return written;
    }
    for (const Takeover& takeover : found) {
        spdlog::warn("node {} is lost: volume {} goes to node {} under epoch {}", takeover.lost,
                     takeover.volume.name(), takeover.owner, takeover.volume.epoch());
    }
    return {};
}

/// False: it is time to end.
bool Coordinator::wait() {
    const auto latest = std::chrono::steady_clock::now() + kPeriod;
    MutexLock lock(mutex_);
    while (!stop_ && std::chrono::steady_clock::now() < latest) {
        wake_.wait_until(mutex_, latest);
    }
    return !stop_;
}

}  // namespace dnvme::daemon
