// SPDX-License-Identifier: Apache-2.0
// Whole plans, word for word.
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sample.h"

namespace dnvme::plan {
namespace {

/// Lines of a file under golden/ that are no comment.
std::vector<std::string> golden(const std::string& name) {
    std::ifstream file(fmt::format("{}/{}", DNVME_GOLDEN_DIR, name));
    EXPECT_TRUE(file) << name;
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with('#'))
            lines.push_back(line);
    }
    return lines;
}

TEST(Golden, NewRaid1VolumeOfTwoLegs) {
    model::Cluster cluster = sample_cluster();
    attach(add_volume(cluster, "v0", 2, v1::REDUNDANCY_RAID1), "h0");
    EXPECT_THAT(plan_for(cluster, {}), testing::ElementsAreArray(golden("raid1_two_legs.txt")));
}

}  // namespace
}  // namespace dnvme::plan
