// SPDX-License-Identifier: Apache-2.0
#include "plan/normalise.h"

#include <gtest/gtest.h>

namespace dnvme::plan {
namespace {

struct Sample {
    const char* type;
    const char* printed;  ///< by the kernel, or about to be loaded
    const char* normal;
};

class Normalise : public testing::TestWithParam<Sample> {};

TEST_P(Normalise, GivesTheFormThatIsCompared) {
    EXPECT_EQ(normalise_params(GetParam().type, GetParam().printed), GetParam().normal);
}

TEST_P(Normalise, ChangesNothingTheSecondTime) {
    EXPECT_EQ(normalise_params(GetParam().type, GetParam().normal), GetParam().normal);
}

INSTANTIATE_TEST_SUITE_P(Linear, Normalise,
                         testing::Values(Sample{"linear", "254:16 2048", "254:16 2048"},
                                         Sample{"linear", " 254:16  2048 ", "254:16 2048"}));

INSTANTIATE_TEST_SUITE_P(
    Dnvme, Normalise,
    testing::Values(Sample{"dnvme", "1 8 1 253:0 0 2 drain_ms 3000",
                           "1 8 1 253:0 0 2 drain_ms 3000"},
                    Sample{"dnvme", "7 128 2 253:6 0 253:12 0 3 write_through drain_ms 3000",
                           "7 128 2 253:6 0 253:12 0 3 write_through drain_ms 3000"},
                    Sample{"dnvme", "1 8 0 0", "1 8 0 0"}));

INSTANTIATE_TEST_SUITE_P(
    Raid, Normalise,
    testing::Values(
        Sample{"raid", "raid1 3 0 region_size 8192 2 253:2 253:3 253:6 253:7",
               "raid1 3 0 region_size 8192 2 253:2 253:3 253:6 253:7"},
        Sample{"raid", "raid1 4 0 nosync region_size 8192 2 253:2 253:3 253:6 253:7",
               "raid1 3 0 region_size 8192 2 253:2 253:3 253:6 253:7"},
        Sample{"raid", "raid1 4 0 sync region_size 8192 2 253:2 253:3 253:6 253:7",
               "raid1 3 0 region_size 8192 2 253:2 253:3 253:6 253:7"},
        Sample{"raid", "raid1 5 0 rebuild 1 region_size 8192 2 253:2 253:3 253:6 253:7",
               "raid1 3 0 region_size 8192 2 253:2 253:3 253:6 253:7"},
        Sample{"raid", "raid1 7 0 rebuild 0 rebuild 2 region_size 8192 3 - - - - 253:2 253:3",
               "raid1 3 0 region_size 8192 3 - - - - 253:2 253:3"},
        Sample{"raid", "raid1 2 0 nosync 2 - - 253:6 253:7", "raid1 1 0 2 - - 253:6 253:7"},
        Sample{"raid", "raid1 5 0 region_size 8192 write_mostly 1 2 253:2 253:3 253:6 253:7",
               "raid1 5 0 region_size 8192 write_mostly 1 2 253:2 253:3 253:6 253:7"},
        Sample{"raid", "raid1 4 0 nosync region_size 8192 2 {dm:a} {dm:b} {dm:c} {dm:d}",
               "raid1 3 0 region_size 8192 2 {dm:a} {dm:b} {dm:c} {dm:d}"}));

INSTANTIATE_TEST_SUITE_P(
    ThinPool, Normalise,
    testing::Values(Sample{"thin-pool", "253:9 253:10 128 0 1 error_if_no_space ",
                           "253:9 253:10 128 0 1 error_if_no_space"},
                    Sample{"thin-pool", "253:9 253:10 128 0 0 ", "253:9 253:10 128 0 0"},
                    Sample{"thin-pool", "253:9 253:10 128 0", "253:9 253:10 128 0 0"}));

INSTANTIATE_TEST_SUITE_P(Thin, Normalise, testing::Values(Sample{"thin", "253:11 0", "253:11 0"}));

/// What does not fit its grammar stays as it is: it is then found different and replaced.
INSTANTIATE_TEST_SUITE_P(Damaged, Normalise,
                         testing::Values(Sample{"raid", "", ""}, Sample{"raid", "raid1", "raid1"},
                                         Sample{"raid", "raid1 x 0 nosync 2", "raid1 x 0 nosync 2"},
                                         Sample{"raid", "raid1 9 0 nosync 2", "raid1 9 0 nosync 2"},
                                         Sample{"raid", "raid1 0 0 nosync 2", "raid1 0 0 nosync 2"},
                                         Sample{"thin-pool", "Error", "Error"}));

}  // namespace
}  // namespace dnvme::plan
