// SPDX-License-Identifier: Apache-2.0
//
// A simulated register makes histories that are linearizable by construction; each must pass. With
// one thing changed to what the register never did, each must fail.
#include <random>

#include <gtest/gtest.h>

#include "operations.h"
#include "torture/report.h"

namespace dnvme::torture {
namespace {

constexpr int rounds = 300;
constexpr std::int64_t step = 100;  ///< between points at which operations take effect

/// Operations take effect one after the other; each begins before and ends after by up to @p reach.
class Register {
  public:
    Register(unsigned seed, std::int64_t reach) : random_(seed), reach_(reach) { simulate(); }

    std::vector<Operation> operations;
    std::int64_t time = 1'000'000;
    std::uint64_t value = 0;
    std::mt19937 random_;

    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

    Operation write(bool known = true) {
        value = ++last_;
        return put(wrote(value, begin(), known ? end() : never));
    }
    Operation read() { return put(value ? saw(value, begin(), end()) : saw_zeros(begin(), end())); }
    /// Nothing is under way any more.
    void settle() { time += 2 * reach_ + step; }

  private:
    void simulate() {
        for (int i = 0; i < 40; ++i) {
            const auto die = below(10);
            if (die == 0) {
                // It never takes effect.
                operations.push_back(wrote(++last_, begin(), never));
            } else if (die < 5) {
                write(die != 1);
            } else {
                read();
            }
            time += step;
        }
    }
    Operation put(const Operation& operation) {
        operations.push_back(operation);
        return operation;
    }
    std::int64_t begin() { return time - 1 - static_cast<std::int64_t>(below(reach_)); }
    std::int64_t end() { return time + 1 + static_cast<std::int64_t>(below(reach_)); }

    std::int64_t reach_;
    std::uint64_t last_ = 0;
};

class Property : public testing::TestWithParam<std::int64_t> {
  protected:
    template <class Mutate>
    void each_fails(Mutate mutate) {
        for (unsigned seed = 0; seed < rounds; ++seed) {
            Register registers(seed, GetParam());
            registers.settle();
            mutate(registers);
            std::shuffle(registers.operations.begin(), registers.operations.end(),
                         registers.random_);
            EXPECT_GE(check(registers.operations, 9).count, 1U) << "seed " << seed;
        }
    }
};

TEST_P(Property, what_a_register_did_passes) {
    for (unsigned seed = 0; seed < rounds; ++seed) {
        Register registers(seed, GetParam());
        registers.settle();
        registers.write();
        registers.settle();
        registers.operations.push_back(holds(registers.value));
        std::shuffle(registers.operations.begin(), registers.operations.end(), registers.random_);
        const Verdict verdict = check(registers.operations, 9);
        EXPECT_EQ(verdict.count, 0U) << "seed " << seed << '\n' << as_text(verdict);
    }
}

TEST_P(Property, a_stale_read_fails) {
    each_fails([](Register& registers) {
        const auto old = registers.write().content;
        registers.settle();
        registers.write();
        registers.settle();
        registers.operations.push_back(found(old, registers.time, registers.time + 1));
    });
}

TEST_P(Property, a_lost_write_fails) {
    each_fails([](Register& registers) {
        registers.write();
        registers.settle();
        const std::uint64_t before = registers.value;
        registers.write();
        registers.operations.push_back(holds(before));
    });
}

TEST_P(Property, a_resurrected_write_of_unknown_outcome_fails) {
    each_fails([](Register& registers) {
        const auto old = registers.write(false).content;
        registers.settle();
        registers.read();
        registers.settle();
        registers.write();
        registers.settle();
        registers.read();
        registers.settle();
        registers.operations.push_back(found(old, registers.time, registers.time + 1));
    });
}

TEST_P(Property, a_foreign_stamp_fails) {
    each_fails([](Register& registers) {
        registers.operations.push_back(saw(999, registers.time, registers.time + 1));
    });
}

TEST_P(Property, a_torn_block_fails) {
    each_fails([](Register& registers) {
        std::erase_if(registers.operations, [](const auto& operation) {
            return operation.is_write && operation.end == never;
        });
        registers.operations.push_back(
            found({Found::torn, {1, 1}}, registers.time, registers.time + 1));
    });
}

INSTANTIATE_TEST_SUITE_P(Overlaps, Property, testing::Values(10, 150, 1000));

}  // namespace
}  // namespace dnvme::torture
