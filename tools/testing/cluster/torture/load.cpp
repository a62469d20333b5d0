// SPDX-License-Identifier: Apache-2.0
#include "torture/load.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <deque>
#include <random>

#include <fcntl.h>
#include <fmt/format.h>
#include <liburing.h>

#include "base/whole_file.h"
#include "torture/device.h"
#include "torture/history_file.h"

namespace dnvme::torture {

namespace {

volatile std::sig_atomic_t stop_asked = 0;
volatile std::sig_atomic_t switch_asked = 0;

void on_stop(int /*number*/) {
    stop_asked = 1;
}
void on_switch(int /*number*/) {
    switch_asked = 1;
}

enum class Kind { write, read, flush };

/// One I/O that may be under way. A copy that was sent on the path of before keeps its own memory.
struct Slot {
    unsigned worker = 0;
    bool writes = false;
    bool busy = false;
    bool parked = false;  ///< failed on a path that has a standby: waits for the switch
    Kind kind = Kind::write;
    bool fua = false;
    std::uint64_t operation = 0;
    std::uint64_t block = 0;
    Buffer buffer;
};

/// A copy of a slot's I/O on one path; what io_uring hands back. It lives as long as the load.
struct Copy {
    std::size_t slot;
    unsigned generation;
};

class Load {
  public:
    Load(const LoadOptions& options, HistoryWriter history, std::uint64_t run)
        : options_(options), history_(std::move(history)), run_(run), random_(options.seed) {}
    ~Load() {
        if (ring_ready_) {
            io_uring_queue_exit(&ring_);
        }
    }
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    Status open();
    Result<LoadCounts> run();

  private:
    [[nodiscard]] bool is_over() const;
    [[nodiscard]] bool waits_for_switch() const { return !options_.standby.empty() && !switched_; }
    void submit_new(std::size_t number);
    void send(std::size_t number);
    void start(Slot& slot, std::uint64_t block);
    std::uint64_t pick_block();
    void switch_path();
    Status push();
    Status reap();
    void came_back(Copy& copy, int result);
    void end(Slot& slot, bool done);
    void show_progress();

    const LoadOptions& options_;
    HistoryWriter history_;
    std::uint64_t run_;
    std::mt19937_64 random_;
    Fd active_;
    Fd standby_;
    io_uring ring_{};
    bool ring_ready_ = false;
    bool switched_ = false;
    unsigned generation_ = 0;
    std::vector<Slot> slots_;
    std::deque<Copy> copies_;
    std::vector<Buffer> left_behind_;  ///< memory of copies on the path of before
    std::vector<Copy*> spare_;
    std::size_t busy_ = 0;
    std::uint64_t next_fill_ = 0;
    std::uint64_t filled_ = 0;
    std::uint64_t sequence_ = 0;
    std::uint64_t counted_ = 0;
    std::int64_t deadline_ = never;
    std::int64_t shown_ = 0;
    LoadCounts counts_;
};

Status Load::open() {
    auto active = open_direct(options_.device, O_RDWR);
    if (!active) {
        return pass(active.error());
    }
    active_ = std::move(*active);
    const auto there = count_blocks(active_, options_.device);
    if (!there) {
        return pass(there.error());
    }
    if (options_.first_block + options_.blocks > *there) {
        return fail(Code::invalid, fmt::format("{} has only {} blocks", options_.device, *there));
    }
    if (!options_.standby.empty()) {
        auto standby = open_direct(options_.standby, O_RDWR);
        if (!standby) {
            return pass(standby.error());
        }
        standby_ = std::move(*standby);
    }
    const unsigned workers = options_.writers + options_.readers;
    // Twice: copies on the path of before may still be under way.
    if (const int error = io_uring_queue_init(2 * workers * options_.depth, &ring_, 0); error < 0) {
        return fail_errno(-error, "set up io_uring");
    }
    ring_ready_ = true;
    for (unsigned i = 0; i < workers * options_.depth; ++i) {
        const unsigned worker = i % workers;
        Slot slot;
        slot.worker = worker;
        slot.writes = worker < options_.writers;
        slot.buffer = make_buffer();
        slots_.push_back(std::move(slot));
    }
    if (!options_.fill) {
        next_fill_ = filled_ = options_.blocks;
    }
    return {};
}

bool Load::is_over() const {
    return stop_asked != 0 || now(CLOCK_MONOTONIC) >= deadline_ ||
           (options_.operations > 0 && !waits_for_switch() && counted_ >= options_.operations);
}

// Half of the I/O, or what was asked for, goes to an eighth of the blocks.
std::uint64_t Load::pick_block() {
    const bool hot = random_() % 100 < options_.hot_percent;
    const std::uint64_t among =
        hot ? std::max<std::uint64_t>(options_.blocks / 8, 1) : options_.blocks;
    return options_.first_block + random_() % among;
}

void Load::start(Slot& slot, std::uint64_t block) {
    slot.block = block;
    slot.operation = (static_cast<std::uint64_t>(slot.worker) << 48U) | ++sequence_;
    slot.busy = true;
    ++busy_;
    if (slot.kind == Kind::write) {
        write_stamp(block_of(slot.buffer), {run_, slot.operation}, block);
    }
    if (slot.kind != Kind::flush) {
        Record record;
        record.event = slot.kind == Kind::write ? Event::write : Event::read;
        record.operation = slot.operation;
        record.block = block;
        record.time = now(CLOCK_MONOTONIC);
        history_.add(record);
    }
}

// First every block is written once: then what a reader finds was written by a run.
void Load::submit_new(std::size_t number) {
    Slot& slot = slots_[number];
    slot.fua = slot.writes && random_() % 100 < options_.fua_percent;
    slot.kind = slot.writes ? Kind::write : Kind::read;
    if (next_fill_ < options_.blocks) {
        if (!slot.writes) {
            return;
        }
        start(slot, options_.first_block + next_fill_++);
    } else if (filled_ < options_.blocks) {
        return;
    } else {
        if (slot.writes && random_() % 100 < options_.flush_percent) {
            slot.kind = Kind::flush;
        }
        start(slot, pick_block());
    }
    send(number);
}

void Load::send(std::size_t number) {
    Slot& slot = slots_[number];
    if (spare_.empty()) {
        copies_.push_back({});
        spare_.push_back(&copies_.back());
    }
    Copy* copy = spare_.back();
    spare_.pop_back();
    *copy = {number, generation_};
    io_uring_sqe* entry = io_uring_get_sqe(&ring_);
    const off_t offset = static_cast<off_t>(slot.block * block_bytes);
    if (slot.kind == Kind::write) {
        io_uring_prep_write(entry, active_.get(), slot.buffer.get(), block_bytes, offset);
        entry->rw_flags = slot.fua ? RWF_DSYNC : 0;
    } else if (slot.kind == Kind::read) {
        io_uring_prep_read(entry, active_.get(), slot.buffer.get(), block_bytes, offset);
    } else {
        io_uring_prep_fsync(entry, active_.get(), 0);
    }
    io_uring_sqe_set_data(entry, copy);
}

void Load::switch_path() {
    if (switch_asked == 0 || !waits_for_switch()) {
        return;
    }
    std::swap(active_, standby_);
    switched_ = true;
    ++generation_;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        Slot& slot = slots_[i];
        if (!slot.busy) {
            continue;
        }
        left_behind_.push_back(std::exchange(slot.buffer, make_buffer()));
        if (slot.kind == Kind::write) {
            write_stamp(block_of(slot.buffer), {run_, slot.operation}, slot.block);
        }
        slot.parked = false;
        ++counts_.repeated;
        send(i);
    }
}

// The history first: what it does not know must not be on the device.
Status Load::push() {
    if (Status done = history_.flush(); !done) {
        return done;
    }
    const int error = io_uring_submit(&ring_);
    if (error < 0 && error != -EINTR && error != -EAGAIN && error != -EBUSY) {
        return fail_errno(-error, "submit to io_uring");
    }
    return {};
}

Status Load::reap() {
    // A tick, so that signals and limits are seen while nothing comes back.
    __kernel_timespec tick{0, 50'000'000};
    io_uring_cqe* entry = nullptr;
    const int error = io_uring_wait_cqe_timeout(&ring_, &entry, &tick);
    if (error < 0 && error != -ETIME && error != -EINTR && error != -EAGAIN) {
        return fail_errno(-error, "wait for io_uring");
    }
    while (io_uring_peek_cqe(&ring_, &entry) == 0) {
        auto* copy = static_cast<Copy*>(io_uring_cqe_get_data(entry));
        const int result = entry->res;
        io_uring_cqe_seen(&ring_, entry);
        if (copy != nullptr) {
            came_back(*copy, result);
        }
    }
    return {};
}

void Load::came_back(Copy& copy, int result) {
    spare_.push_back(&copy);
    Slot& slot = slots_[copy.slot];
    if (copy.generation != generation_) {
        return;  // nobody waits for the answer of the path of before
    }
    const bool done = result == (slot.kind == Kind::flush ? 0 : static_cast<int>(block_bytes));
    if (!done && waits_for_switch()) {
        slot.parked = true;
        return;
    }
    end(slot, done);
}

void Load::end(Slot& slot, bool done) {
    if (slot.kind != Kind::flush) {
        Record record;
        record.event = done ? Event::done : Event::failed;
        record.operation = slot.operation;
        record.block = slot.block;
        record.time = now(CLOCK_MONOTONIC);
        if (done && slot.kind == Kind::read) {
            const Content content = read_stamp(block_of(slot.buffer), slot.block);
            record.found = content.found;
            record.value = content.value;
        }
        history_.add(record);
    }
    slot.busy = false;
    --busy_;
    filled_ += filled_ < options_.blocks && slot.kind == Kind::write ? 1 : 0;
    counted_ += waits_for_switch() ? 0 : 1;
    counts_.failed += done ? 0 : 1;
    auto& count = slot.kind == Kind::write  ? counts_.writes
                  : slot.kind == Kind::read ? counts_.reads
                                            : counts_.flushes;
    ++count;
}

void Load::show_progress() {
    const std::int64_t time = now(CLOCK_MONOTONIC);
    if (!options_.quiet && time - shown_ > 1'000'000'000) {
        shown_ = time;
        fmt::print(stderr, "\r{} writes, {} reads, {} failed, {} under way ", counts_.writes,
                   counts_.reads, counts_.failed, busy_);
    }
}

Result<LoadCounts> Load::run() {
    if (options_.seconds > 0) {
        deadline_ =
            now(CLOCK_MONOTONIC) + static_cast<std::int64_t>(options_.seconds) * 1'000'000'000;
    }
    while (busy_ > 0 || !is_over()) {
        switch_path();
        for (std::size_t i = 0; i < slots_.size() && !is_over(); ++i) {
            if (!slots_[i].busy) {
                submit_new(i);
            }
        }
        if (Status done = push(); !done) {
            return pass(done.error());
        }
        if (Status done = reap(); !done) {
            return pass(done.error());
        }
        show_progress();
    }
    if (!options_.quiet) {
        fmt::print(stderr, "\n");
    }
    if (Status done = history_.flush(); !done) {
        return pass(done.error());
    }
    return counts_;
}

std::uint64_t random_run() {
    std::random_device source;
    return ((static_cast<std::uint64_t>(source()) << 32U) | source()) | 1U;
}

Result<Header> make_header(const LoadOptions& options) {
    Header header;
    header.run = random_run();
    const auto boot = read_whole("/proc/sys/kernel/random/boot_id");
    if (!boot) {
        return pass(boot.error());
    }
    std::memcpy(header.boot.data(), boot->data(), std::min(boot->size(), header.boot.size()));
    header.monotonic = now(CLOCK_MONOTONIC);
    header.realtime = now(CLOCK_REALTIME);
    header.first_block = options.first_block;
    header.blocks = options.blocks;
    return header;
}

}  // namespace

Result<LoadCounts> run_load(const LoadOptions& options) {
    std::signal(SIGINT, on_stop);
    std::signal(SIGTERM, on_stop);
    std::signal(SIGUSR1, on_switch);
    const auto header = make_header(options);
    if (!header) {
        return pass(header.error());
    }
    auto history = HistoryWriter::create(options.history, *header);
    if (!history) {
        return pass(history.error());
    }
    Load load(options, std::move(*history), header->run);
    if (Status done = load.open(); !done) {
        return pass(done.error());
    }
    return load.run();
}

}  // namespace dnvme::torture
