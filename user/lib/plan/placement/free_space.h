// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace dnvme::plan::placement {

/// Slices start at multiples of this many bytes.
inline constexpr std::uint64_t kAlignment = 1ULL << 20;

/// Bytes of a disk, end excluded.
struct Extent {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    [[nodiscard]] std::uint64_t size() const { return end - begin; }
    bool operator==(const Extent&) const = default;
};

/// All units that an extent touches.
Extent whole_units(Extent extent);

/// What of a disk is free. Counted in whole units of kAlignment: what a slice touches is taken. A
/// value; any thread.
class FreeSpace {
  public:
    FreeSpace() = default;
    /// All of @p whole is free, apart from what is less than a unit at its ends.
    explicit FreeSpace(Extent whole);

    /// Bytes in all pieces together, and in the largest.
    [[nodiscard]] std::uint64_t total() const { return total_; }
    [[nodiscard]] std::uint64_t largest() const { return largest_; }
    [[nodiscard]] std::uint64_t capacity() const { return whole_.size(); }
    [[nodiscard]] bool fits(std::uint64_t size) const { return size <= largest_; }
    /// How many slices of @p size bytes, not 0, still have room.
    [[nodiscard]] std::uint64_t slices(std::uint64_t size) const;

    /// Where a slice of @p size bytes goes: the beginning of the first piece that is large enough.
    [[nodiscard]] std::optional<std::uint64_t> first_fit(std::uint64_t size) const;
    /// Whether it lies on the disk and nothing of it is free.
    [[nodiscard]] bool is_taken(Extent slice) const;

    /// Takes the first piece that is large enough; returns where the slice begins. Nothing, and
    /// nothing taken, if none is.
    std::optional<std::uint64_t> take_first(std::uint64_t size);
    /// False, and nothing done, unless all of it was free.
    [[nodiscard]] bool take(Extent slice);
    /// False, and nothing done, unless it was taken.
    [[nodiscard]] bool give_back(Extent slice);

  private:
    /// The first gap that ends behind @p offset.
    [[nodiscard]] std::size_t gap_behind(std::uint64_t offset) const;
    void cut(std::size_t gap, Extent slice);
    void measure();

    Extent whole_;
    std::vector<Extent> gaps_;  ///< sorted; none is empty, no two touch
    std::uint64_t total_ = 0;
    std::uint64_t largest_ = 0;
};

}  // namespace dnvme::plan::placement
