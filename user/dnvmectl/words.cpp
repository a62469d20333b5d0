// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/words.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dnvmectl/arguments.h"

namespace dnvme::ctl {

namespace {

constexpr std::uint32_t nvme_port = 4420;
constexpr auto portal_form = "ADDR, ADDR:PORT or [IPV6]:PORT";

std::string upper_snake(std::string_view camel) {
    std::string snake;
    for (const char c : camel) {
        if (std::isupper(static_cast<unsigned char>(c)) != 0 && !snake.empty()) {
            snake += '_';
        }
        snake += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return snake;
}

template <class Enum>
std::string enum_word(Enum value) {
    const auto* descriptor =
        google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(static_cast<int>(value));
    // A newer daemon may know a word that this program does not.
    return descriptor == nullptr ? "unknown" : word(*descriptor);
}

/// All that one can ask for; 0 is always "unspecified".
template <class Enum>
std::vector<std::string> enum_words() {
    std::vector<std::string> words;
    const auto* descriptor = google::protobuf::GetEnumDescriptor<Enum>();
    for (int i = 0; i < descriptor->value_count(); ++i) {
        if (descriptor->value(i)->number() != 0) {
            words.push_back(word(*descriptor->value(i)));
        }
    }
    return words;
}

template <class Enum>
Result<Enum> parse_enum(const std::string& text, const char* what) {
    const auto* descriptor = google::protobuf::GetEnumDescriptor<Enum>();
    for (int i = 0; i < descriptor->value_count(); ++i) {
        const auto* value = descriptor->value(i);
        if (value->number() != 0 && word(*value) == text) {
            return static_cast<Enum>(value->number());
        }
    }
    return fail(Code::invalid, fmt::format("'{}' is no {}: choose from {}", text, what,
                                           fmt::join(enum_words<Enum>(), ", ")));
}

std::optional<std::uint32_t> parse_port(std::string_view text) {
    std::uint32_t port = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), port);
    if (error != std::errc{} || end != text.end() || port == 0 || port > 65535) {
        return std::nullopt;
    }
    return port;
}

struct SplitPortal {
    std::string_view address;
    std::string_view port;  ///< with its colon; empty if there is none
};

SplitPortal split_portal(std::string_view text) {
    const auto close = text.find(']');
    if (text.starts_with('[') && close != std::string_view::npos) {
        return {text.substr(1, close - 1), text.substr(close + 1)};
    }
    if (std::count(text.begin(), text.end(), ':') == 1) {
        const auto colon = text.find(':');
        return {text.substr(0, colon), text.substr(colon)};
    }
    return {text, {}};
}

}  // namespace

std::string word(const google::protobuf::EnumValueDescriptor& value) {
    std::string_view name = value.name();
    const std::string prefix = upper_snake(value.type()->name()) + "_";
    if (name.starts_with(prefix)) {
        name.remove_prefix(prefix.size());
    }
    if (name == "UNSPECIFIED") {
        return value.type() == v1::LogicalDisk::Trouble_descriptor() ? "none" : "unknown";
    }
    std::string text(name);
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return c == '_' ? '-' : static_cast<char>(std::tolower(c));
    });
    return text;
}

std::string word(v1::Health health) {
    return enum_word(health);
}

std::string redundancy_word(const v1::Volume& volume) {
    const std::string word = enum_word(volume.redundancy());
    return volume.members() == 0 ? word : fmt::format("{}:{}", word, volume.members());
}

std::string word(v1::Presence presence) {
    return enum_word(presence);
}

std::string word(v1::Role role) {
    return enum_word(role);
}

std::string word(v1::LogicalDisk::Sync sync) {
    return enum_word(sync);
}

Result<RedundancyWish> parse_redundancy(const std::string& text) {
    const auto colon = text.find(':');
    const auto kind = parse_enum<v1::Redundancy>(text.substr(0, colon), "redundancy");
    if (!kind) {
        return tl::unexpected(kind.error());
    }
    if (colon == std::string::npos) {
        return RedundancyWish{.kind = *kind, .members = 0};
    }
    const auto members = parse_number(text.substr(colon + 1));
    if (!members || *members == 0) {
        return fail(Code::invalid, fmt::format("'{}' has no number of members behind its colon: "
                                               "give it as in raid5:4",
                                               text));
    }
    return RedundancyWish{.kind = *kind, .members = *members};
}

Result<v1::Activation> parse_activation(const std::string& text) {
    return parse_enum<v1::Activation>(text, "activation");
}

Result<v1::Policy> parse_policy(const std::string& text) {
    return parse_enum<v1::Policy>(text, "policy");
}

std::string word(v1::Activation activation) {
    return enum_word(activation);
}

std::string word(v1::Policy policy) {
    return enum_word(policy);
}

Result<v1::Portal> parse_portal(const std::string& text) {
    const auto [address, port_text] = split_portal(text);
    v1::Portal portal;
    portal.set_address(std::string(address));
    portal.set_port(nvme_port);
    if (!port_text.empty()) {
        const auto port = parse_port(port_text.substr(1));
        if (!port_text.starts_with(':') || !port) {
            return fail(Code::invalid, fmt::format("'{}' has no port from 1 to 65535: give {}",
                                                   text, portal_form));
        }
        portal.set_port(*port);
    }
    if (address.empty()) {
        return fail(Code::invalid, fmt::format("'{}' has no address: give {}", text, portal_form));
    }
    return portal;
}

std::string to_string(const v1::Portal& portal) {
    const bool ipv6 = portal.address().find(':') != std::string::npos;
    return fmt::format(fmt::runtime(ipv6 ? "[{}]:{}" : "{}:{}"), portal.address(), portal.port());
}

Result<std::map<std::string, std::string>> parse_labels(const std::vector<std::string>& texts) {
    std::map<std::string, std::string> labels;
    for (const std::string& text : texts) {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0) {
            return fail(Code::invalid,
                        fmt::format("'{}' is no label: give KEY=VALUE, such as site=a", text));
        }
        const std::string key = text.substr(0, equals);
        if (!labels.emplace(key, text.substr(equals + 1)).second) {
            return fail(Code::invalid, fmt::format("label '{}' is given twice", key));
        }
    }
    return labels;
}

std::string connect_command(const v1::Portal& portal, const std::string& subsystem_nqn,
                            const std::string& host_nqn) {
    return fmt::format("nvme connect -t tcp -a {} -s {} -n {} -q {}", portal.address(),
                       portal.port(), subsystem_nqn, host_nqn);
}

}  // namespace dnvme::ctl
