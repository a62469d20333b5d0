// SPDX-License-Identifier: Apache-2.0
#include "store/etcd_messages.h"

#include "store/checks.h"

namespace dnvme::store {

namespace {

const std::string kZero(1, '\0');

void add_write(const Write& write, etcdserverpb::TxnRequest& request) {
    auto* op = request.add_success();
    if (!write.value) {
        op->mutable_request_delete_range()->set_key(write.key);
        return;
    }
    auto* put = op->mutable_request_put();
    put->set_key(write.key);
    put->set_value(*write.value);
    put->set_lease(write.lease);
}

}  // namespace

bool is_own_key(const std::string& key) {
    return key.starts_with(kEtcdClients);
}

/// No key is empty.
std::string range_start(const std::string& prefix) {
    return prefix.empty() ? kZero : prefix;
}

/// The first key behind all that begin with the prefix.
std::string range_end(const std::string& prefix) {
    std::string end = prefix;
    while (!end.empty() && end.back() == '\xff') {
        end.pop_back();
    }
    if (end.empty()) {
        return kZero;
    }
    end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
    return end;
}

Entry to_entry(const etcdserverpb::KeyValue& kv) {
    return {.key = kv.key(),
            .value = kv.value(),
            .mod_revision = kv.mod_revision(),
            .lease = kv.lease()};
}

std::vector<Entry> to_entries(const etcdserverpb::RangeResponse& response) {
    std::vector<Entry> entries;
    for (const auto& kv : response.kvs()) {
        if (!is_own_key(kv.key())) {
            entries.push_back(to_entry(kv));
        }
    }
    return entries;
}

std::vector<Event> to_events(const etcdserverpb::WatchResponse& response) {
    std::vector<Event> events;
    for (const auto& event : response.events()) {
        if (is_own_key(event.kv().key())) {
            continue;
        }
        std::optional<std::string> value;
        if (event.type() == etcdserverpb::Event::PUT) {
            value = event.kv().value();
        }
        events.push_back({.key = event.kv().key(),
                          .value = std::move(value),
                          .mod_revision = event.kv().mod_revision()});
    }
    return events;
}

void add_compare(const Compare& compare, etcdserverpb::TxnRequest& request) {
    auto* added = request.add_compare();
    added->set_result(etcdserverpb::Compare::EQUAL);
    added->set_target(etcdserverpb::Compare::MOD);
    added->set_key(compare.key);
    added->set_mod_revision(compare.mod_revision);
    auto* read = request.add_failure()->mutable_request_range();
    read->set_key(compare.key);
    read->set_keys_only(true);
}

etcdserverpb::TxnRequest to_txn(const std::vector<Compare>& compares,
                                const std::vector<Write>& writes) {
    etcdserverpb::TxnRequest request;
    for (const Compare& compare : compares) {
        add_compare(compare, request);
    }
    for (const Write& write : writes) {
        add_write(write, request);
    }
    return request;
}

tl::unexpected<Error> conflict_of(const etcdserverpb::TxnRequest& request,
                                  const etcdserverpb::TxnResponse& response) {
    for (int i = 0; i < request.compare_size(); ++i) {
        const auto& compare = request.compare(i);
        if (revision_of(response.responses(i).response_range()) != compare.mod_revision()) {
            return changed_meanwhile(compare.key());
        }
    }
    return fail(Code::internal, "etcd says that a comparison failed and that all of them hold");
}

std::int64_t revision_of(const etcdserverpb::RangeResponse& response) {
    return response.kvs().empty() ? 0 : response.kvs(0).mod_revision();
}

}  // namespace dnvme::store
