// SPDX-License-Identifier: Apache-2.0
#include "store/moved.h"

#include <utility>

#include <fmt/format.h>

#include "store/codec.h"
#include "store/forwarding.h"
#include "store/notes.h"

namespace dnvme::store {

namespace {

Status check_here(const Snapshot& snapshot) {
    const Entry* moved = find_entry(snapshot, kMovedKey);
    if (moved == nullptr) {
        return {};
    }
    return fail(Code::precondition,
                fmt::format("the store has moved to {}: name that one in dnvmed.toml, and restart "
                            "dnvmed",
                            moved->value));
}

/// Thread-safe, as the store below.
class MovableStore : public ForwardingStore {
  public:
    explicit MovableStore(std::unique_ptr<Store> store)
        : ForwardingStore(*store), store_(std::move(store)) {}

    Result<Snapshot> list(const std::string& prefix) override {
        auto snapshot = store_->list(prefix);
        if (snapshot && prefix == kRoot) {
            if (auto here = check_here(*snapshot); !here) {
                return pass(here.error());
            }
        }
        return snapshot;
    }

    /// Compared in the transaction itself: what was begun before the move is not done after it.
    Result<std::int64_t> transact(const std::vector<Compare>& compares,
                                  const std::vector<Write>& writes) override {
        std::vector<Compare> all = compares;
        all.push_back({.key = kMovedKey, .mod_revision = 0});
        return store_->transact(all, writes);
    }

  private:
    const std::unique_ptr<Store> store_;
};

}  // namespace

std::unique_ptr<Store> with_moved_check(std::unique_ptr<Store> store) {
    return std::make_unique<MovableStore>(std::move(store));
}

Status mark_moved(Store& store, const Snapshot& copied, const std::string& where) {
    const auto now = store.list(kRoot);
    if (!now) {
        return pass(now.error());
    }
    if (now->revision != copied.revision) {
        return fail(Code::conflict, "the store was changed meanwhile: try again");
    }
    std::vector<Compare> compares;
    for (const Entry& entry : copied.entries) {
        compares.push_back({.key = entry.key, .mod_revision = entry.mod_revision});
    }
    const auto written = store.transact(compares, {{.key = kMovedKey, .value = where}});
    return written ? Status() : pass(written.error());
}

}  // namespace dnvme::store
