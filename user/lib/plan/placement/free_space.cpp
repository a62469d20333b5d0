// SPDX-License-Identifier: Apache-2.0
#include "plan/placement/free_space.h"

#include <algorithm>
#include <iterator>

namespace dnvme::plan::placement {
namespace {

std::uint64_t down(std::uint64_t bytes) {
    return bytes / kAlignment * kAlignment;
}

/// No disk ends within a unit of the end of 64 bits.
std::uint64_t up(std::uint64_t bytes) {
    return down(bytes) + (bytes % kAlignment == 0 ? 0 : kAlignment);
}

}  // namespace

Extent whole_units(Extent extent) {
    return {down(extent.begin), up(extent.end)};
}

FreeSpace::FreeSpace(Extent whole) : whole_{up(whole.begin), down(whole.end)} {
    whole_.end = std::max(whole_.begin, whole_.end);
    if (whole_.size() != 0)
        gaps_.push_back(whole_);
    measure();
}

std::uint64_t FreeSpace::slices(std::uint64_t size) const {
    std::uint64_t count = 0;
    for (const Extent& gap : gaps_)
        count += gap.size() < size ? 0 : gap.size() / up(size);
    return count;
}

std::optional<std::uint64_t> FreeSpace::first_fit(std::uint64_t size) const {
    const auto gap = std::find_if(gaps_.begin(), gaps_.end(),
                                  [&](const Extent& piece) { return piece.size() >= size; });
    return gap == gaps_.end() ? std::nullopt : std::optional(gap->begin);
}

std::size_t FreeSpace::gap_behind(std::uint64_t offset) const {
    const auto gap = std::partition_point(gaps_.begin(), gaps_.end(),
                                          [&](const Extent& piece) { return piece.end <= offset; });
    return static_cast<std::size_t>(gap - gaps_.begin());
}

bool FreeSpace::is_taken(Extent slice) const {
    slice = whole_units(slice);
    if (slice.begin < whole_.begin || slice.end > whole_.end || slice.begin >= slice.end)
        return false;
    const std::size_t gap = gap_behind(slice.begin);
    return gap == gaps_.size() || gaps_[gap].begin >= slice.end;
}

std::optional<std::uint64_t> FreeSpace::take_first(std::uint64_t size) {
    const auto begin = first_fit(size);
    if (begin)
        cut(gap_behind(*begin), whole_units({*begin, *begin + size}));
    return begin;
}

bool FreeSpace::take(Extent slice) {
    slice = whole_units(slice);
    const std::size_t gap = gap_behind(slice.begin);
    if (gap == gaps_.size() || gaps_[gap].begin > slice.begin || gaps_[gap].end < slice.end ||
        slice.begin >= slice.end)
        return false;
    cut(gap, slice);
    return true;
}

bool FreeSpace::give_back(Extent slice) {
    if (!is_taken(slice))
        return false;
    slice = whole_units(slice);
    auto next = gaps_.begin() + static_cast<std::ptrdiff_t>(gap_behind(slice.begin));
    if (next != gaps_.end() && next->begin == slice.end) {
        slice.end = next->end;
        next = gaps_.erase(next);
    }
    if (next != gaps_.begin() && std::prev(next)->end == slice.begin)
        std::prev(next)->end = slice.end;
    else
        gaps_.insert(next, slice);
    measure();
    return true;
}

void FreeSpace::cut(std::size_t gap, Extent slice) {
    const Extent after{slice.end, gaps_[gap].end};
    gaps_[gap].end = slice.begin;
    if (after.size() != 0)
        gaps_.insert(gaps_.begin() + static_cast<std::ptrdiff_t>(gap) + 1, after);
    if (gaps_[gap].size() == 0)
        gaps_.erase(gaps_.begin() + static_cast<std::ptrdiff_t>(gap));
    measure();
}

void FreeSpace::measure() {
    total_ = 0;
    largest_ = 0;
    for (const Extent& gap : gaps_) {
        total_ += gap.size();
        largest_ = std::max(largest_, gap.size());
    }
}

}  // namespace dnvme::plan::placement
