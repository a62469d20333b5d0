// SPDX-License-Identifier: Apache-2.0
#include "model/names.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/uuid.h"

namespace dnvme::model {
namespace {

using namespace std::string_view_literals;

/// By DmKind.
constexpr std::array kKinds = {"ld"sv,    "gate"sv, "rmeta"sv, "rdata"sv, "raid"sv, "tmeta"sv,
                               "tdata"sv, "pool"sv, "thin"sv,  "leg"sv,   "front"sv};
constexpr std::string_view kUuidPrefix = "DNVME-";
constexpr std::string_view kNqnUuidPrefix = "nqn.2014-08.org.nvmexpress:uuid:";
constexpr std::string_view kHeadPrefix = "dnvme-";
constexpr std::size_t kSerialLength = 20;
constexpr std::size_t kMaxName = 63;
constexpr std::size_t kMaxNqn = 223;

bool is_digit(char letter) {
    return letter >= '0' && letter <= '9';
}

bool is_lower_or_digit(char letter) {
    return is_digit(letter) || (letter >= 'a' && letter <= 'z');
}

bool is_name_letter(char letter) {
    return is_lower_or_digit(letter) || letter == '-' || letter == '_' || letter == '.';
}

/// The name becomes a directory in configfs, so no slash; no blanks, because people type it.
bool is_nqn_letter(char letter) {
    return letter > ' ' && letter <= '~' && letter != '/';
}

/// Firmware writes upper case now and then.
bool is_uuid_of_any_case(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return is_uuid(lower);
}

bool is_year_month(std::string_view date) {
    if (date.size() != 7 || date[4] != '-')
        return false;
    const std::string_view month = date.substr(5);
    return std::all_of(date.begin(), date.begin() + 4, is_digit) &&
           std::all_of(month.begin(), month.end(), is_digit) && month >= "01" && month <= "12";
}

/// "<yyyy-mm>.<reverse domain>:<at least one character>", the part after "nqn.".
bool is_nqn_tail(std::string_view tail) {
    const std::size_t colon = tail.find(':');
    if (tail.size() < 8 || tail[7] != '.' || colon == std::string_view::npos)
        return false;
    return is_year_month(tail.substr(0, 7)) && colon > 8 && colon + 1 < tail.size();
}

tl::unexpected<Error> bad_nqn(std::string_view nqn, std::string_view why) {
    return fail(Code::invalid,
                fmt::format("'{}' is not an NVMe qualified name: {}; a host's own stands in its "
                            "/etc/nvme/hostnqn",
                            nqn, why));
}

}  // namespace

std::string_view to_string(DmKind kind) {
    return kKinds.at(static_cast<std::size_t>(kind));
}

std::string dm_uuid(DmKind kind, std::string_view uuid) {
    return fmt::format("{}{}-{}", kUuidPrefix, to_string(kind), uuid);
}

std::string dm_name(DmKind kind, std::string_view uuid) {
    return fmt::format("dnvme-{}-{}", to_string(kind), uuid);
}

std::optional<DmIdentity> parse_dm_uuid(std::string_view dm_uuid) {
    if (!dm_uuid.starts_with(kUuidPrefix))
        return std::nullopt;
    dm_uuid.remove_prefix(kUuidPrefix.size());
    const std::size_t hyphen = dm_uuid.find('-');
    const auto* const kind = std::find(kKinds.begin(), kKinds.end(), dm_uuid.substr(0, hyphen));
    if (hyphen == std::string_view::npos || kind == kKinds.end())
        return std::nullopt;
    const std::string_view uuid = dm_uuid.substr(hyphen + 1);
    if (!is_uuid(uuid))
        return std::nullopt;
    return DmIdentity{static_cast<DmKind>(kind - kKinds.begin()), std::string(uuid)};
}

bool is_kind(std::string_view dm_uuid, std::initializer_list<DmKind> kinds) {
    const auto identity = parse_dm_uuid(dm_uuid);
    return identity && std::find(kinds.begin(), kinds.end(), identity->kind) != kinds.end();
}

std::string subsystem_nqn(std::string_view controller_uuid) {
    return fmt::format("{}{}", kNqnUuidPrefix, controller_uuid);
}

std::string logical_disk_nqn(std::string_view logical_disk_uuid) {
    return subsystem_nqn(logical_disk_uuid);
}

std::string node_nqn(std::string_view node_uuid) {
    return fmt::format("{}{}", kNqnUuidPrefix, node_uuid);
}

std::optional<std::string> uuid_in_nqn(std::string_view nqn) {
    if (!nqn.starts_with(kNqnUuidPrefix) || !is_uuid(nqn.substr(kNqnUuidPrefix.size())))
        return std::nullopt;
    return std::string(nqn.substr(kNqnUuidPrefix.size()));
}

std::string subsystem_serial(std::string_view controller_uuid) {
    std::string serial(controller_uuid);
    std::erase(serial, '-');
    return serial.substr(0, kSerialLength);
}

std::string head_dir(std::string_view head_uuid) {
    return fmt::format("{}{}", kHeadPrefix, head_uuid);
}

bool is_head_dir(std::string_view name) {
    return name.starts_with(kHeadPrefix) && is_uuid(name.substr(kHeadPrefix.size()));
}

Status check_identity(std::string_view identity) {
    const bool eui64 =
        identity.size() == 16 && identity.find_first_not_of("0123456789abcdef") == identity.npos;
    if (eui64 || is_uuid(identity))
        return {};
    return fail(Code::invalid,
                fmt::format("'{}' is no identity: expected a UUID in lower case, or 16 hex digits",
                            identity));
}

std::uint16_t nvmet_port_id(std::uint16_t first, std::uint32_t portal, std::uint32_t port_offset) {
    return static_cast<std::uint16_t>(first + portal * (kMaxPortOffset + 1) + port_offset);
}

Status check_name(std::string_view what, std::string_view name) {
    const bool good = !name.empty() && name.size() <= kMaxName && is_lower_or_digit(name[0]) &&
                      std::all_of(name.begin(), name.end(), is_name_letter);
    if (good)
        return {};
    return fail(Code::invalid,
                fmt::format("'{}' is not a name for a {}: expected 1 to {} of a-z, 0-9, '-', '_' "
                            "and '.', starting with a letter or digit",
                            name, what, kMaxName));
}

Status check_nqn(std::string_view nqn) {
    if (nqn.size() > kMaxNqn)
        return bad_nqn(nqn, fmt::format("it is longer than {} bytes", kMaxNqn));
    if (!std::all_of(nqn.begin(), nqn.end(), is_nqn_letter))
        return bad_nqn(nqn, "blanks, '/' and characters outside ASCII are not taken");
    if (!nqn.starts_with("nqn.") || !is_nqn_tail(nqn.substr(4)))
        return bad_nqn(nqn, "expected nqn.<yyyy-mm>.<reverse domain>:<name>");
    if (nqn.starts_with(kNqnUuidPrefix) && !is_uuid_of_any_case(nqn.substr(kNqnUuidPrefix.size())))
        return bad_nqn(nqn, "expected a UUID after 'uuid:'");
    return {};
}

Status check_portal(const std::string& address, std::uint32_t port) {
    in6_addr parsed{};
    const bool numeric = inet_pton(AF_INET, address.c_str(), &parsed) == 1 ||
                         inet_pton(AF_INET6, address.c_str(), &parsed) == 1;
    if (!numeric)
        return fail(Code::invalid,
                    fmt::format("'{}' is not an IPv4 or IPv6 address: expected numbers such as "
                                "192.0.2.1 or 2001:db8::1, not a host name",
                                address));
    if (port == 0 || port > kMaxTcpPort)
        return fail(Code::invalid,
                    fmt::format("{} is not a TCP port: expected 1 to {}", port, kMaxTcpPort));
    return {};
}

}  // namespace dnvme::model
