// SPDX-License-Identifier: Apache-2.0
#include "torture/checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations.h"
#include "torture/report.h"

namespace dnvme::torture {
namespace {

using testing::HasSubstr;

using Operations = std::vector<Operation>;

void expect_permitted(const Operations& operations) {
    EXPECT_EQ(check(operations, 9).count, 0U) << as_text(check(operations, 9));
}

void expect_wrong(Wrong wrong, const Operations& operations) {
    const Verdict verdict = check(operations, 9);
    ASSERT_GE(verdict.count, 1U);
    EXPECT_EQ(word(verdict.violations[0].wrong), word(wrong)) << as_text(verdict);
}

TEST(Checker, permits_nothing_at_all) {
    expect_permitted({});
}

TEST(Checker, permits_what_was_acknowledged) {
    expect_permitted({saw_zeros(1, 2), wrote(1, 3, 4), saw(1, 5, 6), wrote(2, 7, 8), holds(2)});
}

TEST(Checker, permits_either_order_of_concurrent_writes) {
    expect_permitted({wrote(1, 1, 9), wrote(2, 2, 8), holds(1)});
    expect_permitted({wrote(1, 1, 9), wrote(2, 2, 8), holds(2)});
}

TEST(Checker, permits_a_read_of_a_write_under_way) {
    expect_permitted({wrote(1, 1, 2), wrote(2, 3, 10), saw(1, 4, 5), saw(2, 6, 7)});
}

TEST(Checker, refuses_a_write_that_goes_away_while_it_is_under_way) {
    expect_wrong(Wrong::resurrected, {wrote(1, 1, 2), wrote(2, 3, 10), saw(2, 4, 5), saw(1, 6, 7)});
}

TEST(Checker, refuses_a_lost_write) {
    expect_wrong(Wrong::lost, {wrote(1, 1, 2), wrote(2, 3, 4), saw(1, 5, 6)});
}

TEST(Checker, refuses_a_lost_write_after_a_crash) {
    expect_wrong(Wrong::lost, {wrote(1, 1, 2), wrote(2, 3, 4), holds(1)});
    expect_wrong(Wrong::lost, {wrote(1, 1, 2), saw_zeros(3, 4)});
}

TEST(Checker, refuses_a_stale_read) {
    expect_wrong(Wrong::stale, {wrote(1, 1, 2), wrote(2, 3, 4), saw(1, 5, 6), saw(2, 5, 8)});
}

TEST(Checker, refuses_what_comes_back) {
    expect_wrong(Wrong::resurrected, {wrote(1, 1, 2), wrote(2, 3, 4), saw(2, 5, 6), holds(1)});
}

TEST(Checker, permits_that_a_write_of_unknown_outcome_never_was) {
    expect_permitted({wrote(1, 1, 2), wrote(2, 3, never), saw(1, 5, 6), holds(1)});
}

TEST(Checker, permits_that_a_write_of_unknown_outcome_comes_late) {
    expect_permitted({wrote(1, 1, 2), wrote(2, 3, never), saw(1, 5, 6), wrote(3, 7, 8), holds(2)});
}

TEST(Checker, refuses_that_a_write_of_unknown_outcome_comes_back) {
    expect_wrong(Wrong::resurrected,
                 {wrote(2, 3, never), saw(2, 5, 6), wrote(3, 7, 8), saw(3, 9, 10), holds(2)});
    expect_wrong(Wrong::lost, {wrote(2, 3, never), saw(2, 5, 6), wrote(3, 7, 8), holds(2)});
}

TEST(Checker, learns_nothing_from_a_read_of_unknown_outcome) {
    expect_permitted({wrote(1, 1, 2), saw(7, 3, never)});
}

TEST(Checker, refuses_what_nobody_wrote) {
    expect_wrong(Wrong::foreign, {wrote(1, 1, 2), saw(7, 3, 4)});
    expect_wrong(Wrong::foreign, {wrote(1, 1, 2), found({Found::misplaced, {1, 1}}, 3, 4)});
    expect_wrong(Wrong::foreign, {wrote(1, 1, 2), found({Found::garbage, {}}, 3, 4)});
}

TEST(Checker, refuses_what_is_written_later_only) {
    expect_wrong(Wrong::early, {saw(1, 1, 2), wrote(1, 3, 4)});
}

TEST(Checker, refuses_a_torn_block) {
    expect_wrong(Wrong::torn, {wrote(1, 1, 2), found({Found::torn, {1, 1}}, 3, 4)});
}

TEST(Checker, permits_a_torn_block_after_a_write_of_unknown_outcome) {
    expect_permitted({wrote(1, 1, never), found({Found::torn, {1, 1}}, 3, 4)});
    expect_wrong(Wrong::torn, {wrote(1, 5, never), found({Found::torn, {1, 1}}, 3, 4)});
}

TEST(Checker, says_what_should_have_been_there) {
    const std::string text =
        as_text(check({wrote(1, 1, 2), wrote(2, 3, 4), saw(2, 5, 6), holds(1)}, 9));
    EXPECT_THAT(text, HasSubstr("resurrected: block 0: the last look found 0000000000000001/0/1; "
                                "it should have been write 0000000000000001/0/2"));
    EXPECT_THAT(text, HasSubstr("had seen before"));
}

TEST(Checker, keeps_no_more_than_asked_for) {
    Operations operations{wrote(1, 1, 2)};
    for (std::int64_t i = 0; i < 9; ++i) {
        operations.push_back(saw(7, 3 + i, 4 + i));
    }
    const Verdict verdict = check(operations, 2);
    EXPECT_EQ(verdict.count, 9U);
    EXPECT_EQ(verdict.violations.size(), 2U);
    EXPECT_THAT(as_text(verdict), HasSubstr("and 7 more"));
}

}  // namespace
}  // namespace dnvme::torture
