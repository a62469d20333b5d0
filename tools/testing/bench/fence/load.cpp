// SPDX-License-Identifier: Apache-2.0
#include "load.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <span>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dnvme::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kUnderWay = 1000;  // writes
constexpr std::size_t kDevicesPerJob = 128;
constexpr auto kPatience = 3600s;  // an idle guest whose clock counts instructions skips time
constexpr auto kPoll = 5ms;

long writes_of(const std::string& leg) {
    std::ifstream file(fmt::format("/sys/class/block/{}/stat", leg));
    long value = 0;
    for (int field = 0; field < 5; ++field) {  // the fifth is the number of writes completed
        file >> value;
    }
    return value;
}

/// A job for each share of the devices: fio takes 4096 characters of names and no more.
std::vector<std::string> fio_command(std::span<const std::string> paths) {
    std::vector<std::string> command = {"fio",
                                        "--thread",
                                        "--ioengine=libaio",
                                        "--direct=1",
                                        "--bs=4k",
                                        "--rw=randwrite",
                                        "--iodepth=32",
                                        "--norandommap",
                                        "--gtod_reduce=1",
                                        "--disk_util=0",
                                        "--time_based",
                                        "--runtime=86400",
                                        "--file_service_type=random",
                                        "--continue_on_error=all",
                                        "--ignore_error=,EIO"};
    while (!paths.empty()) {
        const auto share = paths.first(std::min(paths.size(), kDevicesPerJob));
        command.push_back(fmt::format("--name=load-{}", paths.size()));
        command.push_back(fmt::format("--filename={}", fmt::join(share, ":")));
        paths = paths.subspan(share.size());
    }
    return command;
}

[[noreturn]] void become(std::vector<std::string> command) {
    const int null = ::open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; ++fd) {
        ::dup2(null, fd);
    }
    std::vector<char*> words;
    words.reserve(command.size() + 1);
    for (std::string& word : command) {
        words.push_back(word.data());
    }
    words.push_back(nullptr);
    ::execvp(words[0], words.data());
    ::_exit(127);
}

}  // namespace

Result<Load> Load::start(const std::vector<std::string>& paths, const std::string& leg) {
    const pid_t pid = ::fork();
    if (pid < 0) {
        return fail_errno(errno, "cannot start fio");
    }
    if (pid == 0) {
        become(fio_command(paths));
    }
    Load load(pid, leg);
    if (Status writes = load.await(kUnderWay); !writes) {
        return pass(writes.error());
    }
    return load;
}

Status Load::await(long writes) const {
    const long before = writes_of(leg_);
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (writes_of(leg_) < before + writes) {
        if (!alive() || std::chrono::steady_clock::now() > deadline) {
            return fail(Code::internal, "fio does not write: is it installed?");
        }
        std::this_thread::sleep_for(kPoll);
    }
    return {};
}

Load::Load(Load&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), leg_(std::move(other.leg_)) {}

Load::~Load() {
    if (pid_ < 0) {
        return;
    }
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void Load::stand_still() const {
    ::kill(pid_, SIGSTOP);
}

Status Load::go_on() const {
    ::kill(pid_, SIGCONT);
    return await(kUnderWay);
}

bool Load::alive() const {
    return ::waitpid(pid_, nullptr, WNOHANG) == 0;
}

}  // namespace dnvme::bench
