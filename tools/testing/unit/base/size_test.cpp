// SPDX-License-Identifier: Apache-2.0
#include "base/size.h"

#include <limits>
#include <ostream>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dnvme {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kGiB = kKiB * kKiB * kKiB;
constexpr std::uint64_t kTiB = kGiB * kKiB;

struct Sample {
    const char* text;
    std::uint64_t bytes;
};

/// GoogleTest would print addresses, which differ from run to run.
void PrintTo(const Sample& sample, std::ostream* out) {
    *out << sample.text;
}

class ParseSize : public testing::TestWithParam<Sample> {};

TEST_P(ParseSize, GivesBytes) {
    const auto bytes = parse_size(GetParam().text);
    ASSERT_TRUE(bytes) << bytes.error().message();
    EXPECT_EQ(*bytes, GetParam().bytes);
}

INSTANTIATE_TEST_SUITE_P(
    Samples, ParseSize,
    testing::Values(Sample{"0", 0}, Sample{"4096", 4096}, Sample{"4096B", 4096},
                    Sample{"10G", 10 * kGiB}, Sample{"10GiB", 10 * kGiB},
                    Sample{"10 GiB", 10 * kGiB}, Sample{"10g", 10 * kGiB},
                    Sample{"1.5T", kTiB + kTiB / 2}, Sample{"0.5k", 512}, Sample{"1.1K", 1126},
                    Sample{"20T", 20 * kTiB}, Sample{"1P", kTiB* kKiB},
                    Sample{"15E", 15 * kTiB* kKiB* kKiB}, Sample{"0.000000000000000000001E", 0},
                    Sample{"18446744073709551615", std::numeric_limits<std::uint64_t>::max()}));

class ParseSizeRefuses : public testing::TestWithParam<const char*> {};

TEST_P(ParseSizeRefuses, WhatIsNoSizeAndSaysWhatIs) {
    const auto bytes = parse_size(GetParam());
    ASSERT_FALSE(bytes) << *bytes;
    EXPECT_EQ(bytes.error().code(), Code::invalid);
    EXPECT_THAT(bytes.error().message(),
                AllOf(HasSubstr(std::string("'") + GetParam() + "'"), HasSubstr("such as 10G")));
}

INSTANTIATE_TEST_SUITE_P(Samples, ParseSizeRefuses,
                         testing::Values("", "G", "-1", "+1", " 1", "1 ", "1  G", "10GB", "1.G",
                                         ".5G", "1.5.5G", "1X", "0x10", "1e3", "10GiBs", "ten"));

TEST(ParseSize, RefusesWhatDoesNotFit) {
    for (const char* text : {"16E", "18446744073709551616", "99999999999999999999999"}) {
        const auto bytes = parse_size(text);
        ASSERT_FALSE(bytes) << text;
        EXPECT_THAT(bytes.error().message(), HasSubstr("too large"));
    }
}

TEST(FormatSize, TakesTheLargestUnit) {
    EXPECT_EQ(format_size(0), "0 B");
    EXPECT_EQ(format_size(1023), "1023 B");
    EXPECT_EQ(format_size(1024), "1 KiB");
    EXPECT_EQ(format_size(kKiB * kKiB - 1), "1 MiB");
    EXPECT_EQ(format_size(10 * kGiB), "10 GiB");
    EXPECT_EQ(format_size(kTiB + kTiB / 2), "1.5 TiB");
    EXPECT_EQ(format_size(20 * kTiB), "20 TiB");
    EXPECT_EQ(format_size(std::numeric_limits<std::uint64_t>::max()), "16 EiB");
}

TEST(FormatSize, CanBeReadBackToWithinItsPrecision) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 10000; i++) {
        const std::uint64_t bytes = random() >> (random() % 63 + 1);
        const auto back = parse_size(format_size(bytes));
        ASSERT_TRUE(back) << bytes;
        EXPECT_NEAR(static_cast<double>(*back), static_cast<double>(bytes),
                    static_cast<double>(bytes) * 0.051)
            << bytes;
    }
}

}  // namespace
}  // namespace dnvme
