// SPDX-License-Identifier: Apache-2.0
#include "load.h"

#include <chrono>
#include <csignal>
#include <fstream>
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
constexpr auto kPatience = 300s;

long writes_of(const std::string& leg) {
    std::ifstream file(fmt::format("/sys/class/block/{}/stat", leg));
    long value = 0;
    for (int field = 0; field < 5; ++field)  // the fifth is the number of writes completed
        file >> value;
    return value;
}

std::vector<std::string> fio_command(const std::vector<std::string>& paths) {
    return {"fio",
            "--name=load",
            "--ioengine=libaio",
            "--direct=1",
            "--bs=4k",
            "--rw=randwrite",
            "--iodepth=32",
            "--norandommap",
            "--gtod_reduce=1",
            "--time_based",
            "--runtime=86400",
            "--file_service_type=random",
            "--continue_on_error=all",
            "--ignore_error=,EIO",
            "--filename=" + fmt::format("{}", fmt::join(paths, ":"))};
}

[[noreturn]] void become(std::vector<std::string> command) {
    const int null = ::open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; ++fd)
        ::dup2(null, fd);
    std::vector<char*> words;
    for (std::string& word : command)
        words.push_back(word.data());
    words.push_back(nullptr);
    ::execvp(words[0], words.data());
    ::_exit(127);
}

}  // namespace

Result<Load> Load::start(const std::vector<std::string>& paths, const std::string& leg) {
    const long before = writes_of(leg);
    const pid_t pid = ::fork();
    if (pid < 0)
        return fail_errno(errno, "cannot start fio");
    if (pid == 0)
        become(fio_command(paths));
    Load load(pid);
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (writes_of(leg) < before + kUnderWay) {
        if (!load.alive() || std::chrono::steady_clock::now() > deadline)
            return fail(Code::internal, "fio does not write: is it installed?");
        std::this_thread::sleep_for(10ms);
    }
    return load;
}

Load::Load(Load&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

Load::~Load() {
    if (pid_ < 0)
        return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void Load::stand_still() const {
    ::kill(pid_, SIGSTOP);
}

void Load::go_on() const {
    ::kill(pid_, SIGCONT);
}

bool Load::alive() const {
    return ::waitpid(pid_, nullptr, WNOHANG) == 0;
}

}  // namespace dnvme::bench
