// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/layout.h"
#include "model/names.h"

namespace dnvme::model {
namespace {

using testing::HasSubstr;

Cluster with_volumes_at(const std::vector<std::uint32_t>& offsets) {
    Cluster cluster;
    for (const std::uint32_t offset : offsets)
        cluster.volumes[fmt::format("v{}", offset)].set_port_offset(offset);
    return cluster;
}

TEST(PortOffset, IsTheLowestFreeOne) {
    EXPECT_EQ(*free_port_offset(Cluster{}), 0U);
    EXPECT_EQ(*free_port_offset(with_volumes_at({0, 1, 2})), 3U);
    EXPECT_EQ(*free_port_offset(with_volumes_at({0, 2, 3})), 1U);
    EXPECT_EQ(*free_port_offset(with_volumes_at({5})), 0U);
}

TEST(PortOffset, OfAVolumeBeingDeletedIsStillTaken) {
    Cluster cluster = with_volumes_at({0});
    cluster.volumes.begin()->second.set_deleting(true);
    EXPECT_EQ(*free_port_offset(cluster), 1U);
}

TEST(PortOffset, RunsOutWithTheTcpPorts) {
    Cluster cluster = with_volumes_at({0, 1});
    v1::Portal* portal = cluster.nodes["n1"].add_portals();
    portal->set_port(kMaxTcpPort - 2);
    EXPECT_EQ(*free_port_offset(cluster), 2U);
    portal->set_port(kMaxTcpPort - 1);
    const auto offset = free_port_offset(cluster);
    ASSERT_FALSE(offset);
    EXPECT_EQ(offset.error().code(), Code::no_space);
    EXPECT_THAT(offset.error().message(), HasSubstr("from port 65534 on"));
}

TEST(PortOffset, RunsOutAfter16384Volumes) {
    Cluster cluster;
    for (std::uint32_t offset = 0; offset < kMaxPortOffset; offset++)
        cluster.volumes[std::to_string(offset)].set_port_offset(offset);
    EXPECT_EQ(*free_port_offset(cluster), kMaxPortOffset);
    cluster.volumes["last"].set_port_offset(kMaxPortOffset);
    EXPECT_FALSE(free_port_offset(cluster));
}

}  // namespace
}  // namespace dnvme::model
