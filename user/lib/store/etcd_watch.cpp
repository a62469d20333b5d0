// SPDX-License-Identifier: Apache-2.0
#include "store/etcd_watch.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "store/checks.h"
#include "store/etcd_messages.h"

namespace dnvme::store {

namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

EtcdWatch::EtcdWatch(EtcdClient& etcd, const std::string& prefix, std::int64_t from)
    : etcd_(etcd), delivered_(from - 1) {
    auto* create = request_.mutable_create_request();
    set_prefix(prefix, *create);
    // Now and then etcd says how far it has looked, so that a quiet watch does not fall behind
    // what is compacted.
    create->set_progress_notify(true);
}

Result<Changes> EtcdWatch::next(std::chrono::milliseconds timeout) {
    const Deadline deadline = Clock::now() + timeout;
    Changes changes;
    do {
        if (auto heard = read(deadline, changes); !heard) {
            return pass(heard.error());
        }
    } while (changes.events.empty() && Clock::now() < deadline);
    if (changes.events.empty() && trouble_) {
        return pass(*trouble_);
    }
    changes.revision = delivered_;
    return changes;
}

/// Takes what comes until the deadline, or one trouble. Errors: those that end the watch.
Status EtcdWatch::read(Deadline deadline, Changes& changes) {
    if (compacted_) {
        return pass(*compacted_);
    }
    if (!stream_) {
        request_.mutable_create_request()->set_start_revision(delivered_ + 1);
        stream_ = std::make_unique<EtcdStream>(etcd_, request_);
        trouble_ = Error(Code::unavailable, "etcd has not answered yet");
    }
    const auto response = stream_->next(deadline);
    if (!response) {
        return fail_over(response.error(), deadline);
    }
    return *response ? take(**response, changes) : Status();
}

Status EtcdWatch::take(const etcdserverpb::WatchResponse& response, Changes& changes) {
    if (response.compact_revision() != 0) {
        compacted_ = history_gone(response.compact_revision(), delivered_ + 1).value();
        stream_.reset();
        return pass(*compacted_);
    }
    if (response.canceled()) {
        return cancel(response.cancel_reason());
    }
    trouble_.reset();
    canceled_ = false;
    if (response.created()) {
        return {};  // its revision says nothing: what happened before may still come
    }
    // A response with events may be the first of several on the way to the revision in its header.
    delivered_ = std::max(delivered_, response.events().empty()
                                          ? response.header().revision()
                                          : response.events().rbegin()->kv().mod_revision());
    changes.events = to_events(response);
    return {};
}

/// etcd (3.4) ends a watch whose token is too old in the same words as one that is not allowed.
Status EtcdWatch::cancel(const std::string& reason) {
    stream_.reset();
    trouble_ = Error(Code::unavailable, fmt::format("etcd ended the watch: {}", reason));
    if (std::exchange(canceled_, true)) {
        return fail(Code::precondition, trouble_->message());
    }
    etcd_.forget_token();
    return {};
}

Status EtcdWatch::fail_over(const Error& error, Deadline deadline) {
    stream_.reset();
    trouble_ = error;
    if (error.code() != Code::unavailable) {
        return pass(error);
    }
    etcd_.pause(deadline);
    return {};
}

}  // namespace dnvme::store
