// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/head_settings.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "dnvmectl/arguments.h"

namespace dnvme::ctl {

namespace {

using Settings = v1::HeadSettings;

/// Hexadecimal with 0x, as the kernel prints it, or decimal.
Result<std::uint64_t> parse_key(const std::string& text) {
    const bool hex = text.starts_with("0x");
    std::uint64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] =
        std::from_chars(text.data() + (hex ? 2 : 0), end, number, hex ? 16 : 10);
    if (error != std::errc{} || rest != end) {
        return fail(Code::invalid, fmt::format("'{}' is no number: give one such as 0xfe", text));
    }
    return number;
}

CLI::Option* add_setting(CLI::App& verb, const std::string& name, Settings& settings,
                         void (Settings::*set)(std::uint32_t), const std::string& description) {
    return add_number(
        verb, name, [&settings, set](std::uint32_t number) { (settings.*set)(number); },
        description);
}

std::vector<CLI::Option*> add_timing(CLI::App& verb, Settings& s) {
    return {add_setting(verb, "--activation-timeout-ms", s, &Settings::set_activation_timeout_ms,
                        "Try another path after this long"),
            add_setting(verb, "--queue-timeout-ms", s, &Settings::set_queue_timeout_ms,
                        "Fail I/O that was queued for this long; 0: never"),
            add_setting(verb, "--max-tries", s, &Settings::set_max_tries,
                        "Send an I/O so often before it fails; 0: no limit"),
            add_setting(verb, "--failover-interval-ms", s, &Settings::set_failover_interval_ms,
                        "Try a path not again earlier than this"),
            add_setting(verb, "--silence-timeout-ms", s, &Settings::set_silence_timeout_ms,
                        "Of activation nvme: lose a path that is silent so long")};
}

std::vector<CLI::Option*> add_failback(CLI::App& verb, Settings& s) {
    CLI::Option* automatic = verb.add_flag_callback(
        "--failback", [&s] { s.set_automatic_failback(true); },
        "Go back to a path of a higher priority by itself");
    CLI::Option* manual = verb.add_flag_callback(
        "--no-failback", [&s] { s.set_automatic_failback(false); }, "Do not (usual)");
    manual->excludes(automatic);
    return {automatic, manual,
            add_setting(verb, "--failback-delay-ms", s, &Settings::set_failback_delay_ms,
                        "Once it has been well for this long")};
}

std::vector<CLI::Option*> add_keys(CLI::App& verb, Settings& s) {
    const auto set_opcode = [&s](std::uint64_t number) {
        s.set_opcode(static_cast<std::uint32_t>(std::min<std::uint64_t>(number, UINT32_MAX)));
    };
    return {add_taken(verb, "--opcode", parse_key, set_opcode, "Of activation nvme, 0xc0 to 0xff")
                ->type_name("N"),
            add_taken(
                verb, "--pr-key", parse_key, [&s](std::uint64_t number) { s.set_pr_key(number); },
                "Of activation reservation")
                ->type_name("N")};
}

}  // namespace

std::vector<CLI::Option*> add_head_settings(CLI::App& verb, v1::HeadSettings& settings) {
    std::vector<CLI::Option*> all = add_timing(verb, settings);
    for (const auto& more : {add_failback(verb, settings), add_keys(verb, settings)}) {
        all.insert(all.end(), more.begin(), more.end());
    }
    return all;
}

}  // namespace dnvme::ctl
