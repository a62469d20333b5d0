// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <future>
#include <memory>

#include <systemd/sd-event.h>

#include "base/mutex.h"
#include "base/result.h"

namespace dnvme::daemon {

/// What a caller hears whose request was still waiting when the daemon ended.
tl::unexpected<Error> stopping();

/// @p done is what a call of sd-event returned.
Status check_event(int done, const char* what);

/// The one thread that owns the state: it runs the tasks that others post, one after the other.
/// The thread that calls run() is it.
class StateThread {
  public:
    using Task = std::function<void()>;

    static Result<std::unique_ptr<StateThread>> make();
    StateThread(const StateThread&) = delete;
    StateThread& operator=(const StateThread&) = delete;
    ~StateThread();

    /// Any thread. After the loop has ended the task is destroyed at once, without being run.
    void post(Task task);

    /// Any thread but the state thread: posts @p question and waits for its answer.
    template <class T>
    Result<T> ask(std::function<Result<T>()> question);

    /// Ends run() on SIGTERM and SIGINT. Call before any other thread starts: they are blocked here
    /// and the block is inherited.
    Status stop_on_signals();

    /// Runs until stop(); then destroys the tasks that are still waiting.
    Status run();
    /// State thread.
    void stop();
    /// For event_sources.h.
    [[nodiscard]] sd_event* loop() const { return loop_; }

  private:
    StateThread() = default;
    Status set_up();
    void run_next();
    void close();

    static int on_posted(sd_event_source* source, int fd, unsigned events, void* self);

    sd_event* loop_ = nullptr;
    int wake_fd_ = -1;  ///< eventfd that counts the waiting tasks

    Mutex mutex_;
    std::deque<Task> tasks_ DNVME_GUARDED_BY(mutex_);
    bool closed_ DNVME_GUARDED_BY(mutex_) = false;
};

/// Carries an answer to who waits for it; answers `stopping` when nobody else did.
template <class T>
class Answer {
  public:
    Answer() = default;
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;
    ~Answer() {
        if (!given_) {
            promise_.set_value(stopping());
        }
    }

    std::future<Result<T>> future() { return promise_.get_future(); }
    void give(Result<T> answer) {
        given_ = true;
        promise_.set_value(std::move(answer));
    }

  private:
    std::promise<Result<T>> promise_;
    bool given_ = false;
};

template <class T>
Result<T> StateThread::ask(std::function<Result<T>()> question) {
    auto answer = std::make_shared<Answer<T>>();
    auto future = answer->future();
    post(
        [answer = std::move(answer), question = std::move(question)] { answer->give(question()); });
    return future.get();
}

}  // namespace dnvme::daemon
