// SPDX-License-Identifier: Apache-2.0
#include "sys/dm_text.h"

#include <gtest/gtest.h>

#include "plan/normalise.h"
#include "samples.h"

namespace dnvme::sys {
namespace {

/// Every test runs on what each kernel showed.
class DmText : public ::testing::TestWithParam<const char*> {
  protected:
    [[nodiscard]] static std::string sample(const std::string& type, const std::string& name) {
        const auto samples = read_samples(GetParam(), type);
        const auto found = samples.find(name);
        EXPECT_NE(found, samples.end()) << type << " " << name;
        return found == samples.end() ? "" : found->second;
    }
};

INSTANTIATE_TEST_SUITE_P(Kernels, DmText, ::testing::Values("6.1", "6.12"), [](const auto& kernel) {
    return std::string(kernel.param) == "6.1" ? "v6_1" : "v6_12";
});

TEST_P(DmText, DnvmeTable) {
    const auto stripe = parse_dnvme_table(sample("dnvme", "stripe table"));
    ASSERT_TRUE(stripe);
    EXPECT_EQ(stripe->epoch, 18446744073709551614ULL);
    EXPECT_EQ(stripe->chunk_sectors, 128U);
    ASSERT_EQ(stripe->legs.size(), 4U);
    EXPECT_EQ(stripe->legs[1], (DnvmeLegTable{"254:16", 2048}));
    EXPECT_EQ(stripe->options, (std::vector<std::string>{"drain_ms", "10", "mode", "held"}));
    const auto standby = parse_dnvme_table(sample("dnvme", "no-legs table"));
    ASSERT_TRUE(standby);
    EXPECT_TRUE(standby->legs.empty());
    EXPECT_TRUE(standby->options.empty());
}

TEST_P(DmText, DnvmeStatus) {
    const auto live = parse_dnvme_status(sample("dnvme", "gate status"));
    ASSERT_TRUE(live);
    EXPECT_EQ(live->epoch, 3U);
    EXPECT_EQ(live->state, 'L');
    EXPECT_EQ(live->receipt, "-");
    ASSERT_EQ(live->legs.size(), 1U);
    EXPECT_EQ(live->legs[0].state, 'L');
    EXPECT_EQ(parse_dnvme_status(sample("dnvme", "held status"))->state, 'H');
    const auto fenced = parse_dnvme_status(sample("dnvme", "fenced status"));
    ASSERT_TRUE(fenced);
    EXPECT_EQ(fenced->epoch, 18446744073709551615ULL);
    EXPECT_EQ(fenced->state, 'F');
    EXPECT_EQ(fenced->receipt, "drained");
    EXPECT_EQ(parse_dnvme_status(sample("dnvme", "stripe status"))->legs.size(), 4U);
    EXPECT_TRUE(parse_dnvme_status(sample("dnvme", "no-legs status"))->legs.empty());
}

TEST_P(DmText, RaidStatus) {
    const auto whole = parse_raid_status(sample("raid", "assembled status"));
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->level, "raid1");
    EXPECT_EQ(whole->health, "AA");
    EXPECT_EQ(whole->sync_action, "idle");
    EXPECT_EQ(whole->total_sectors, 262144U);
    EXPECT_EQ(whole->synced_sectors, whole->total_sectors);

    const auto failed = parse_raid_status(sample("raid", "failed status"));
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->health, "AD");

    const auto recovering = parse_raid_status(sample("raid", "recovering status"));
    ASSERT_TRUE(recovering);
    EXPECT_EQ(recovering->health, "Aa");
    EXPECT_EQ(recovering->sync_action, "recover");
    EXPECT_LT(recovering->synced_sectors, recovering->total_sectors);

    const auto resyncing = parse_raid_status(sample("raid", "resyncing status"));
    ASSERT_TRUE(resyncing);
    EXPECT_EQ(resyncing->health, "aa");
    EXPECT_LT(resyncing->synced_sectors, resyncing->total_sectors);
}

TEST_P(DmText, PoolStatus) {
    const auto fresh = parse_pool_status(sample("thin-pool", "fresh status"));
    ASSERT_TRUE(fresh);
    EXPECT_EQ(fresh->used_data_blocks, 0U);
    EXPECT_EQ(fresh->total_data_blocks, 1024U);
    EXPECT_EQ(fresh->total_metadata_blocks, 1024U);
    EXPECT_EQ(fresh->mode, "rw");
    EXPECT_FALSE(fresh->needs_check);
    EXPECT_EQ(parse_pool_status(sample("thin-pool", "used status"))->used_data_blocks, 48U);
    EXPECT_EQ(parse_pool_status(sample("thin-pool", "full status"))->mode, "out_of_data_space");
    EXPECT_TRUE(parse_pool_status(sample("thin-pool", "failed status"))->failed);
}

TEST_P(DmText, ThinStatus) {
    const auto empty = parse_thin_status(sample("thin", "empty status"));
    ASSERT_TRUE(empty);
    EXPECT_EQ(empty->mapped_sectors, 0U);
    EXPECT_FALSE(empty->highest_sector);
    const auto mapped = parse_thin_status(sample("thin", "mapped status"));
    ASSERT_TRUE(mapped);
    EXPECT_EQ(mapped->mapped_sectors, 6144U);
    EXPECT_EQ(mapped->highest_sector, 210943U);
    EXPECT_TRUE(parse_thin_status(sample("thin", "failed status"))->failed);
}

TEST_P(DmText, TablesThatMeanTheSameAreTheSame) {
    EXPECT_EQ(plan::normalise_params("raid", sample("raid", "nosync table")),
              plan::normalise_params("raid", sample("raid", "assembled table")));
    EXPECT_EQ(plan::normalise_params("raid", sample("raid", "recovering table")),
              plan::normalise_params("raid", sample("raid", "assembled table")));
    EXPECT_EQ(plan::normalise_params("thin-pool", sample("thin-pool", "fresh table")),
              plan::normalise_params("thin-pool", "253:0 253:1 128 0"));
    EXPECT_EQ(plan::normalise_params("linear", sample("linear", "far table")), "254:0 2048000");
}

/// A text that ends too early or holds another word is never taken for good.
template <class Parse>
void expect_every_cut_is_refused(const std::string& whole, Parse parse) {
    ASSERT_TRUE(parse(whole)) << whole;
    for (std::size_t blank = whole.find(' '); blank != std::string::npos;
         blank = whole.find(' ', blank + 1))
        EXPECT_FALSE(parse(whole.substr(0, blank))) << whole.substr(0, blank);
}

TEST(DmTextDamaged, EveryCutIsRefused) {
    expect_every_cut_is_refused("3 8 2 254:0 4096 254:1 0 2 drain_ms 3000", parse_dnvme_table);
    expect_every_cut_is_refused("3 L - 0 0 2 L 0 0 0 H 1 2 3", parse_dnvme_status);
    expect_every_cut_is_refused("raid1 2 AA 262144/262144 idle 0", parse_raid_status);
    expect_every_cut_is_refused("0 111/1024 0/1024 - rw", parse_pool_status);
    expect_every_cut_is_refused("6144 210943", parse_thin_status);
}

TEST(DmTextDamaged, OtherWordsAreRefused) {
    EXPECT_FALSE(parse_dnvme_table("x 8 0 0"));
    EXPECT_FALSE(parse_dnvme_table("18446744073709551616 8 0 0"));
    EXPECT_FALSE(parse_dnvme_table("1 8 18446744073709551615 0"));
    EXPECT_FALSE(parse_dnvme_status("3 Live - 0 0 0"));
    EXPECT_FALSE(parse_dnvme_status("-3 L - 0 0 0"));
    EXPECT_FALSE(parse_raid_status("raid1 3 AA 1/1 idle 0"));
    EXPECT_FALSE(parse_raid_status("raid1 2 AA 1 idle 0"));
    EXPECT_FALSE(parse_pool_status("Failure"));
    EXPECT_FALSE(parse_thin_status(""));
}

TEST(DmTextNewer, WordsAtTheEndAreIgnored) {
    EXPECT_TRUE(parse_dnvme_status("3 L - 0 0 1 L 0 0 0 something new"));
    EXPECT_TRUE(parse_raid_status("raid1 2 AA 1/1 idle 0 0 -"));
    EXPECT_TRUE(parse_pool_status("0 1/2 3/4 - rw discard_passdown queue_if_no_space - 256 new"));
    EXPECT_TRUE(parse_pool_status("0 1/2 3/4 - ro a b needs_check 256")->needs_check);
}

}  // namespace
}  // namespace dnvme::sys
