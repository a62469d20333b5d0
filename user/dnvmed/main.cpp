// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include "archive.h"
#include "base/log.h"
#include "daemon.h"
#include "instance_lock.h"
#include "open_store.h"
#include "options.h"
#include "service.h"

namespace dnvme::daemon {

namespace {

constexpr const char* kNodeLock = "/run/dnvme/dnvmed.lock";
/// Store and socket are nobody else's business; the socket's group is let in afterwards.
constexpr mode_t kUmask = 0077;
/// How long clients may go on reading the end of what they asked for.
constexpr std::chrono::seconds kGrace{2};

/// The directory of a file of ours, in case nobody (systemd, say) made it.
Status make_directory_of(const std::string& file) {
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(file).parent_path(), error);
    if (error) {
        return fail_errno(error.value(), fmt::format("make the directory of {}", file));
    }
    return {};
}

Status make_directories(const Config& config, const std::string& lock) {
    for (const std::string& file : {config.socket, config.store.path, lock}) {
        if (file == ":memory:") {
            continue;
        }
        if (auto made = make_directory_of(file); !made) {
            return made;
        }
    }
    return {};
}

Result<std::unique_ptr<sys::Kernel>> open_machine(bool simulate) {
    if (simulate) {
        return sys::make_simulator();
    }
    return sys::open_kernel();
}

Status serve_until_stopped(Daemon& daemon, Archive& archive, StateThread& thread,
                           const std::string& socket) {
    Service service(daemon, archive, thread);
    auto server = serve(service, socket);
    if (!server) {
        return pass(server.error());
    }
    thread.post([&daemon] { daemon.start(); });
    const Status ended = thread.run();
    spdlog::info("stopping; what was built stays and goes on serving");
    sd_notify(0, "STOPPING=1");
    daemon.events().close();
    (*server)->Shutdown(std::chrono::system_clock::now() + kGrace);
    (*server)->Wait();
    if (daemon.refusal()) {
        return pass(*daemon.refusal());
    }
    return ended;
}

Status run(const Config& config, bool simulate) {
    // One daemon a machine; simulated machines are as many as there are sockets.
    const std::string lock_path = simulate ? config.socket + ".lock" : kNodeLock;
    if (auto made = make_directories(config, lock_path); !made) {
        return made;
    }
    umask(kUmask);
    const auto lock = InstanceLock::take(lock_path);
    if (!lock) {
        return pass(lock.error());
    }
    auto thread = StateThread::make();
    if (!thread) {
        return pass(thread.error());
    }
    if (auto watched = (*thread)->stop_on_signals(); !watched) {
        return watched;
    }
    auto kernel = open_machine(simulate);
    if (!kernel) {
        return pass(kernel.error());
    }
    auto store = open_store(config);
    if (!store) {
        return pass(store.error());
    }
    auto identity = identify(config.node, simulate);
    if (!identity) {
        return pass(identity.error());
    }
    Archive archive(**store, config);
    Daemon daemon(config, simulate, std::move(*identity), std::move(*store), std::move(*kernel),
                  **thread);
    return serve_until_stopped(daemon, archive, **thread, config.socket);
}

int report(const Error& error) {
    fmt::print(stderr, "dnvmed: {}\n", error.message());
    return error.code() == Code::invalid ? 1 : 2;
}

int start(int argc, char** argv) {
    Options options;
    if (const auto status = parse_options(argc, argv, options)) {
        return *status;
    }
    const auto config = effective_config(options);
    if (!config) {
        return report(config.error());
    }
    if (options.check_config) {
        fmt::print("the configuration is fine\n");
        return 0;
    }
    if (auto set_up = set_up_log(detect_log_style(), config->log_level); !set_up) {
        return report(set_up.error());
    }
    // A client that goes away while it is written to is no reason to die.
    std::signal(SIGPIPE, SIG_IGN);
    const Status ran = run(*config, options.simulate);
    return ran ? 0 : report(ran.error());
}

}  // namespace

}  // namespace dnvme::daemon

int main(int argc, char** argv) {
    return dnvme::daemon::start(argc, argv);
}
