// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "base/mutex.h"
#include "base/result.h"
#include "dnvme/v1/api.pb.h"

namespace dnvme::daemon {

/// For a client, unavailable is the daemon itself. That what the daemon needs cannot be reached is
/// a conflict: to be tried again.
Error for_client(Error error);

/// Where an operation says how far it is.
class EventSink {
  public:
    virtual ~EventSink() = default;
    virtual void push(v1::Event event) = 0;
};

/// From the state thread to the thread that serves one client. Unbounded, so that a client that
/// reads slowly or has gone holds up nobody; an operation has at most a few thousand steps.
/// Thread-safe.
class EventQueue {
  public:
    void push(v1::Event event);
    /// The first result counts.
    void finish(Status result);
    /// Waits for the next event; nothing when the operation has finished.
    std::optional<v1::Event> pop();
    /// Valid once pop() returned nothing.
    Status result();

  private:
    Mutex mutex_;
    CondVar changed_;
    std::deque<v1::Event> events_ DNVME_GUARDED_BY(mutex_);
    std::optional<Status> result_ DNVME_GUARDED_BY(mutex_);
};

/// The state thread's end of a queue. Finishes it when it goes, so that a client is never left
/// waiting for an operation that was dropped.
class QueueSink : public EventSink {
  public:
    explicit QueueSink(std::shared_ptr<EventQueue> queue) : queue_(std::move(queue)) {}
    QueueSink(const QueueSink&) = delete;
    QueueSink& operator=(const QueueSink&) = delete;
    ~QueueSink() override;

    void push(v1::Event event) override { queue_->push(std::move(event)); }
    void finish(Status result) { queue_->finish(std::move(result).map_error(for_client)); }

  private:
    std::shared_ptr<EventQueue> queue_;
};

}  // namespace dnvme::daemon
