// SPDX-License-Identifier: Apache-2.0
#include "rounds.h"

#include <cstdlib>
#include <thread>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/dm_task.h"

namespace dnvme::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kDrain = 60s;
constexpr auto kPause = 20ms;  // before an open is tried again

/// What the load had in flight fails, and nothing follows while it stands still. What was failed
/// may still be on its way up when the load is stopped, so an open may have to be tried again.
Status reopen(const Devices& gates, const Load& load, std::uint64_t epoch) {
    sys::DmClient client;
    load.stand_still();
    for (const std::string& uuid : gates.uuids()) {
        Status opened = fail(Code::internal, "not tried");
        for (int attempt = 0; attempt < 100 && !opened; ++attempt) {
            (void)client.message(uuid, "fail_held");
            opened = client.message(uuid, fmt::format("open {}", epoch));
            if (!opened) {
                std::this_thread::sleep_for(kPause);
            }
        }
        if (!opened) {
            return opened;
        }
    }
    return load.go_on();
}

/// Load, suspend, resume: what takes the place of the live table.
Status replace(const plan::DmDevice& device, const plan::DmTarget& target) {
    sys::DmTask load(DM_DEVICE_RELOAD, device.name);
    load.target(target);
    if (Status done = load.run(); !done) {
        return done;
    }
    if (Status done = sys::DmTask(DM_DEVICE_SUSPEND, device.name).run(); !done) {
        return done;
    }
    return sys::DmTask(DM_DEVICE_RESUME, device.name).run();
}

Status replace_by_error(const plan::DmDevice& device) {
    return replace(device, {0, device.table[0].length_sectors, "error", ""});
}

/// The devices first, first + step, ...
Status replace_share(const Devices& devices, std::size_t first, std::size_t step) {
    for (std::size_t i = first; i < devices.all().size(); i += step) {
        if (Status done = replace_by_error(devices.all()[i]); !done) {
            return done;
        }
    }
    return {};
}

/// libdevmapper is for one thread only, so each share has a process of its own.
Status replace_all(const Devices& devices, std::size_t processes) {
    if (processes == 1) {
        return replace_share(devices, 0, 1);
    }
    for (std::size_t number = 0; number < processes; ++number) {
        const pid_t pid = ::fork();
        if (pid == 0) {
            ::_exit(replace_share(devices, number, processes) ? EXIT_SUCCESS : EXIT_FAILURE);
        }
        if (pid < 0) {
            return fail_errno(errno, "cannot fork");
        }
    }
    bool good = true;
    for (std::size_t number = 0; number < processes; ++number) {
        int status = 0;
        good = ::wait(&status) > 0 && status == 0 && good;
    }
    return good ? Status() : fail(Code::internal, "a process could not replace its tables");
}

Status restore(const Devices& devices, const Load& load) {
    load.stand_still();
    for (const plan::DmDevice& device : devices.all()) {
        if (Status done = replace(device, device.table[0]); !done) {
            return done;
        }
    }
    return load.go_on();
}

}  // namespace

Result<Round> fence_round(const Devices& gates, const Load& load, std::uint64_t epoch) {
    const std::vector<std::string> uuids = gates.uuids();
    sys::DmClient client;
    Round round;
    const auto began = Clock::now();
    const auto results = client.fence_all(uuids, epoch, kDrain);
    round.took = Clock::now() - began;
    for (const sys::FenceResult& result : results) {
        if (!result) {
            return pass(result.error());
        }
        if (!result->drained) {
            return fail(Code::internal, "a gate over a healthy disk did not drain");
        }
        round.in_flight += result->in_flight;
    }
    if (Status open = reopen(gates, load, epoch + 1); !open) {
        return pass(open.error());
    }
    return round;
}

Result<Round> error_round(const Devices& devices, const Load& load, std::size_t processes) {
    Round round;
    const auto began = Clock::now();
    Status done = replace_all(devices, processes);
    round.took = Clock::now() - began;
    if (done) {
        done = restore(devices, load);
    }
    if (!done) {
        return pass(done.error());
    }
    return round;
}

}  // namespace dnvme::bench
