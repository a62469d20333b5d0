// SPDX-License-Identifier: Apache-2.0
#include "state_thread.h"

#include <csignal>
#include <utility>

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace dnvme::daemon {

namespace {

/// Signals go before tasks: a daemon that is asked to stop starts nothing new.
constexpr std::int64_t kSignalPriority = SD_EVENT_PRIORITY_IMPORTANT;

}  // namespace

Status check_event(int done, const char* what) {
    if (done < 0) {
        return fail_errno(-done, what);
    }
    return {};
}

tl::unexpected<Error> stopping() {
    return fail(Code::unavailable, "dnvmed is stopping: try again when it is back");
}

Result<std::unique_ptr<StateThread>> StateThread::make() {
    std::unique_ptr<StateThread> thread(new StateThread);
    if (auto ready = thread->set_up(); !ready) {
        return pass(ready.error());
    }
    return thread;
}

Status StateThread::set_up() {
    if (auto made = check_event(sd_event_new(&loop_), "make an event loop"); !made) {
        return made;
    }
    // A semaphore: every wake-up takes one task, and signals are looked at in between.
    wake_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
    if (wake_fd_ < 0) {
        return fail_errno(errno, "make an eventfd");
    }
    return check_event(sd_event_add_io(loop_, nullptr, wake_fd_, EPOLLIN, on_posted, this),
                       "watch an eventfd");
}

StateThread::~StateThread() {
    close();
    sd_event_unref(loop_);
    if (wake_fd_ >= 0) {
        ::close(wake_fd_);
    }
}

void StateThread::post(Task task) {
    MutexLock lock(mutex_);
    if (closed_) {
        return;
    }
    tasks_.push_back(std::move(task));
    eventfd_write(wake_fd_, 1);
}

void StateThread::run_next() {
    Task task;
    {
        MutexLock lock(mutex_);
        if (tasks_.empty()) {
            return;
        }
        task = std::move(tasks_.front());
        tasks_.pop_front();
    }
    task();
}

int StateThread::on_posted(sd_event_source* /*source*/, int fd, unsigned /*events*/, void* self) {
    eventfd_t one = 0;
    if (eventfd_read(fd, &one) == 0) {
        static_cast<StateThread*>(self)->run_next();
    }
    return 0;
}

Status StateThread::stop_on_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    if (const int refused = pthread_sigmask(SIG_BLOCK, &signals, nullptr); refused != 0) {
        return fail_errno(refused, "block signals");
    }
    for (const int signal : {SIGTERM, SIGINT}) {
        sd_event_source* source = nullptr;
        // No handler: sd-event then ends the loop.
        if (auto added = check_event(sd_event_add_signal(loop_, &source, signal, nullptr, nullptr),
                                     "watch a signal");
            !added) {
            return added;
        }
        sd_event_source_set_priority(source, kSignalPriority);
        sd_event_source_set_floating(source, 1);
        sd_event_source_unref(source);
    }
    return {};
}

Status StateThread::run() {
    const int ended = sd_event_loop(loop_);
    close();
    return check_event(ended, "run the event loop");
}

void StateThread::stop() {
    sd_event_exit(loop_, 0);
}

void StateThread::close() {
    std::deque<Task> dropped;
    MutexLock lock(mutex_);
    closed_ = true;
    dropped.swap(tasks_);
}

}  // namespace dnvme::daemon
