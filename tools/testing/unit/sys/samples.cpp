// SPDX-License-Identifier: Apache-2.0
#include "samples.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace dnvme::sys {

std::map<std::string, std::string> read_samples(const std::string& kernel,
                                                const std::string& type) {
    std::map<std::string, std::string> samples;
    std::ifstream file(std::filesystem::path(DNVME_SAMPLES) / kernel / type);
    EXPECT_TRUE(file) << "no samples of " << type << " on " << kernel;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#'))
            continue;
        std::istringstream words(line);
        std::string name;
        std::string what;
        std::string start;
        std::string length;
        std::string target;
        words >> name >> what >> start >> length >> target >> std::ws;
        EXPECT_EQ(target, type) << line;
        std::getline(words, samples[fmt::format("{} {}", name, what)]);
    }
    return samples;
}

}  // namespace dnvme::sys
