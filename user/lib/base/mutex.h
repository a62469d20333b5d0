// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

// Clang checks at compile time (-Wthread-safety) that what is guarded by a mutex is touched only
// under it; other compilers ignore the words.
#ifdef __clang__
#define DNVME_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define DNVME_THREAD_ANNOTATION(x)
#endif

#define DNVME_GUARDED_BY(mutex) DNVME_THREAD_ANNOTATION(guarded_by(mutex))
#define DNVME_REQUIRES(mutex) DNVME_THREAD_ANNOTATION(requires_capability(mutex))

namespace dnvme {

/// std::mutex that clang's analysis understands.
class DNVME_THREAD_ANNOTATION(capability("mutex")) Mutex {
  public:
    void lock() DNVME_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
    void unlock() DNVME_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

  private:
    std::mutex mutex_;
};

/// Holds a Mutex as long as it lives.
class DNVME_THREAD_ANNOTATION(scoped_lockable) MutexLock {
  public:
    explicit MutexLock(Mutex& mutex) DNVME_THREAD_ANNOTATION(acquire_capability(mutex))
        : mutex_(mutex) {
        mutex_.lock();
    }
    MutexLock(const MutexLock&) = delete;
    MutexLock& operator=(const MutexLock&) = delete;
    ~MutexLock() DNVME_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

  private:
    Mutex& mutex_;
};

/// Wait in a loop: it wakes up without a reason, too.
class CondVar {
  public:
    void wait(Mutex& mutex) DNVME_REQUIRES(mutex) { condition_.wait(mutex); }
    void wait_until(Mutex& mutex, std::chrono::steady_clock::time_point deadline)
        DNVME_REQUIRES(mutex) {
        condition_.wait_until(mutex, deadline);
    }
    void notify_one() { condition_.notify_one(); }
    void notify_all() { condition_.notify_all(); }

  private:
    std::condition_variable_any condition_;
};

}  // namespace dnvme
