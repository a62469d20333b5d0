// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/json.h"

#include <limits>

#include <gtest/gtest.h>

#include "dnvme/v1/api.pb.h"

namespace dnvme::ctl {
namespace {

TEST(Json, SizesAreExactNumbers) {
    v1::Disk disk;
    disk.set_size_bytes(std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(to_json(disk)["size_bytes"].dump(), "18446744073709551615");
}

TEST(Json, EveryFieldIsThereInTheOrderOfTheProto) {
    EXPECT_EQ(to_json(v1::Host()).dump(), R"({"uuid":"","name":"","nqn":"","deleting":false})");
}

TEST(Json, MessagesThatAreNotSetAreLeftOut) {
    EXPECT_EQ(to_json(v1::Event()).dump(), "{}");
    v1::Event event;
    event.mutable_step()->set_done(1);
    EXPECT_EQ(to_json(event).dump(), R"({"step":{"done":1,"total":0,"action":""}})");
}

TEST(Json, MapsAreSortedObjects) {
    v1::Node node;
    (*node.mutable_labels())["site"] = "a";
    (*node.mutable_labels())["rack"] = "3";
    (*node.mutable_labels())["zone"] = "z";
    EXPECT_EQ(to_json(node)["labels"].dump(), R"({"rack":"3","site":"a","zone":"z"})");
}

TEST(Json, ListsKeepTheirOrderAndEnumsAreWords) {
    v1::Leg leg;
    leg.add_members()->set_sync(v1::LogicalDisk::STALE);
    leg.add_members()->set_sync(v1::LogicalDisk::IN_SYNC);
    const auto members = to_json(leg)["members"];
    ASSERT_EQ(members.size(), 2U);
    EXPECT_EQ(members[0]["sync"], "stale");
    EXPECT_EQ(members[1]["sync"], "in-sync");
}

TEST(Json, RepeatedStrings) {
    v1::HostView view;
    view.add_volumes("v1");
    view.add_volumes("v2");
    EXPECT_EQ(to_json(view)["volumes"].dump(), R"(["v1","v2"])");
}

}  // namespace
}  // namespace dnvme::ctl
