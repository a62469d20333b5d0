// SPDX-License-Identifier: Apache-2.0
#include "model/redundancy.h"

#include <algorithm>

#include <fmt/format.h>

namespace dnvme::model {
namespace {

struct Kind {
    v1::Redundancy redundancy;
    const char* name;
    std::uint32_t least;
    std::uint32_t usual;
    std::uint32_t most;
    std::uint32_t parity;  ///< members that may be missing; of a mirror it depends on which
    std::uint32_t copies;  ///< of each block without parity; 0: as many as there are members
};

constexpr Kind kKinds[] = {
    {v1::REDUNDANCY_NONE, "none", 1, 1, 1, 0, 1},
    {v1::REDUNDANCY_RAID1, "raid1", 2, 2, 4, 0, 0},
    {v1::REDUNDANCY_RAID5, "raid5", 3, 3, 16, 1, 1},
    {v1::REDUNDANCY_RAID6, "raid6", 4, 4, 16, 2, 1},
    {v1::REDUNDANCY_RAID10, "raid10", 4, 4, 16, 0, 2},
};

const Kind* find_kind(v1::Redundancy redundancy) {
    const auto* kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                    [&](const Kind& k) { return k.redundancy == redundancy; });
    return kind == std::end(kKinds) ? nullptr : kind;
}

tl::unexpected<Error> wrong_number(const Kind& kind, std::uint32_t members) {
    const std::string range = kind.least == kind.most
                                  ? fmt::format("{}", kind.least)
                                  : fmt::format("{} to {}", kind.least, kind.most);
    return fail(Code::invalid,
                fmt::format("{} members make no {} leg: expected {}{}", members, kind.name, range,
                            kind.copies == 2 ? ", an even number" : ""));
}

std::uint32_t copies_of(const Kind& kind, std::uint32_t members) {
    return kind.copies == 0 ? members : kind.copies;
}

}  // namespace

Result<Shape> make_shape(v1::Redundancy redundancy, std::uint32_t members) {
    const Kind* kind = find_kind(redundancy);
    if (kind == nullptr)
        return fail(Code::invalid, fmt::format("redundancy {} is unknown to this dnvmed",
                                               static_cast<int>(redundancy)));
    const std::uint32_t number = members == 0 ? kind->usual : members;
    if (number < kind->least || number > kind->most || number % copies_of(*kind, number) != 0)
        return wrong_number(*kind, number);
    return Shape{.redundancy = redundancy, .members = number};
}

Result<Shape> shape_of(const v1::Volume& volume) {
    return make_shape(volume.redundancy(), volume.members());
}

std::uint32_t recorded_members(const Shape& shape) {
    const bool known =
        shape == Shape{v1::REDUNDANCY_NONE, 1} || shape == Shape{v1::REDUNDANCY_RAID1, 2};
    return known ? 0 : shape.members;
}

std::uint32_t data_members(const Shape& shape) {
    const Kind* kind = find_kind(shape.redundancy);
    return (shape.members - kind->parity) / copies_of(*kind, shape.members);
}

bool has_raid(v1::Redundancy redundancy) {
    return redundancy != v1::REDUNDANCY_NONE;
}

bool has_parity(v1::Redundancy redundancy) {
    const Kind* kind = find_kind(redundancy);
    return kind != nullptr && kind->parity > 0;
}

bool has_stripes(v1::Redundancy redundancy) {
    return has_raid(redundancy) && redundancy != v1::REDUNDANCY_RAID1;
}

bool survives(v1::Redundancy redundancy, const std::vector<bool>& there) {
    const auto missing = std::count(there.begin(), there.end(), false);
    if (has_parity(redundancy))
        return missing <= find_kind(redundancy)->parity;
    if (redundancy != v1::REDUNDANCY_RAID10)
        return missing < static_cast<std::ptrdiff_t>(there.size());
    for (std::size_t i = 0; i + 1 < there.size(); i += 2) {
        if (!there[i] && !there[i + 1])
            return false;
    }
    return true;
}

}  // namespace dnvme::model
