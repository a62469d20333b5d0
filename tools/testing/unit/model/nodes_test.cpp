// SPDX-License-Identifier: Apache-2.0
#include "model/nodes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dnvme::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Cluster two_nodes() {
    Cluster cluster;
    for (const auto& [name, node] : {std::pair("d1", "n2"), std::pair("d2", "n1")}) {
        v1::Disk& disk = cluster.disks[name];
        disk.set_name(name);
        disk.set_uuid(std::string("uuid-") + name);
        disk.set_node(node);
    }
    return cluster;
}

v1::Volume volume_on(std::initializer_list<const char*> disks) {
    v1::Volume volume;
    for (const char* disk : disks)
        volume.add_legs()->add_members()->set_disk_uuid(std::string("uuid-") + disk);
    return volume;
}

TEST(VolumeNodes, AreThoseOfTheDisks) {
    const VolumeNodes nodes(two_nodes());
    EXPECT_THAT(nodes.of(volume_on({"d1", "d2"})), ElementsAre("n1", "n2"));
    EXPECT_EQ(nodes.home(volume_on({"d1", "d2"})), "n2");
    EXPECT_TRUE(nodes.takes_part(volume_on({"d1"}), "n2"));
    EXPECT_FALSE(nodes.takes_part(volume_on({"d1"}), "n1"));
}

// Somebody has to say that its disk is unknown, and to forget it.
TEST(VolumeNodes, NobodyKnownIsEverybody) {
    const VolumeNodes nodes(two_nodes());
    EXPECT_THAT(nodes.of(volume_on({"d9"})), IsEmpty());
    EXPECT_EQ(nodes.home(volume_on({"d9"})), "");
    EXPECT_TRUE(nodes.takes_part(volume_on({"d9"}), "n1"));
    EXPECT_THAT(nodes.of(volume_on({"d9", "d1"})), ElementsAre("n2"));
}

}  // namespace
}  // namespace dnvme::model
