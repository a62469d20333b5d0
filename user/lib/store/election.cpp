// SPDX-License-Identifier: Apache-2.0
#include "store/election.h"

namespace dnvme::store {

namespace {

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds until(Clock::time_point deadline) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
}

/// Another key may begin with ours.
bool is_deleted(const Changes& changes, const std::string& key) {
    for (const Event& event : changes.events) {
        if (event.key == key && !event.value) {
            return true;
        }
    }
    return false;
}

/// True: the key was deleted, or may have been while nobody looked.
Result<bool> wait_for_deletion(Store& store, const std::string& key, std::int64_t from,
                               Clock::time_point deadline) {
    const auto watch = store.watch(key, from);
    while (Clock::now() < deadline) {
        const auto changes = watch->next(until(deadline));
        if (!changes && changes.error().code() == Code::compacted) {
            return true;
        }
        if (!changes && changes.error().code() != Code::unavailable) {
            return pass(changes.error());
        }
        if (changes && is_deleted(*changes, key)) {
            return true;
        }
    }
    return false;
}

}  // namespace

Result<bool> Election::campaign(std::chrono::milliseconds timeout) {
    const auto deadline = Clock::now() + timeout;
    while (true) {
        std::int64_t revision = 0;
        auto elected = try_once(revision);
        if (!elected || *elected) {
            return elected;
        }
        auto vacant = wait_for_deletion(store_, key_, revision + 1, deadline);
        if (!vacant || !*vacant) {
            return vacant;
        }
    }
}

Result<std::optional<Leader>> Election::leader() {
    std::int64_t revision = 0;
    const auto entry = find(revision);
    if (!entry) {
        return pass(entry.error());
    }
    if (!*entry) {
        return std::nullopt;
    }
    return Leader{.name = (*entry)->value, .term = (*entry)->mod_revision};
}

Status Election::resign() {
    std::int64_t revision = 0;
    const auto entry = find(revision);
    if (!entry) {
        return pass(entry.error(), "resign");
    }
    if (!*entry || (*entry)->lease != lease_) {
        return {};
    }
    const auto resigned = store_.transact({{.key = key_, .mod_revision = (*entry)->mod_revision}},
                                          {{.key = key_, .value = std::nullopt}});
    if (!resigned && resigned.error().code() != Code::conflict) {
        return pass(resigned.error(), "resign");
    }
    return {};
}

Result<std::optional<Entry>> Election::find(std::int64_t& revision) {
    const auto snapshot = store_.list(key_);
    if (!snapshot) {
        return pass(snapshot.error());
    }
    revision = snapshot->revision;
    for (const Entry& entry : snapshot->entries) {
        if (entry.key == key_) {
            return entry;
        }
    }
    return std::nullopt;
}

/// Tells at which revision it found that somebody else leads.
Result<bool> Election::try_once(std::int64_t& revision) {
    while (true) {
        const auto entry = find(revision);
        if (!entry) {
            return pass(entry.error(), "campaign");
        }
        if (*entry) {
            term_ = (*entry)->lease == lease_ ? (*entry)->mod_revision : 0;
            return term_ != 0;
        }
        const auto written = store_.transact({{.key = key_, .mod_revision = 0}},
                                             {{.key = key_, .value = name_, .lease = lease_}});
        if (written) {
            term_ = *written;
            return true;
        }
        if (written.error().code() != Code::conflict) {
            return pass(written.error(), "campaign");
        }
    }
}

}  // namespace dnvme::store
