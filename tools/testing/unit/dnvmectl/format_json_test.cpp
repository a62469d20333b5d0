// SPDX-License-Identifier: Apache-2.0
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dnvmectl/formatter.h"
#include "views.h"

namespace dnvme::ctl {
namespace {

/// What the formatter writes when @p say is done to it, parsed.
template <class Say>
nlohmann::json document(Say say) {
    std::ostringstream out;
    say(*make_json_formatter(out));
    return nlohmann::json::parse(out.str());
}

TEST(FormatJson, ListIsTheMessageOfTheApi) {
    v1::VolumeList list;
    *list.add_volumes() = make_volume_view();
    const auto shown = document([&list](Formatter& f) { f.list(list); });
    EXPECT_EQ(shown["volumes"][0]["volume"]["name"], "v1");
    EXPECT_EQ(shown["volumes"][0]["volume"]["size_bytes"], 10737418240);
    EXPECT_EQ(shown["volumes"][0]["health"], "ok");
}

TEST(FormatJson, EmptyListIsAList) {
    EXPECT_EQ(document([](Formatter& f) { f.list(v1::DiskList()); }).dump(), R"({"disks":[]})");
}

TEST(FormatJson, AttachmentIsTheSameAsTheCommands) {
    const Attachment attachment{.volume = make_volume_view(), .host = make_host_view()};
    const auto shown = document([&attachment](Formatter& f) { f.attached(attachment); });
    EXPECT_EQ(shown["volume"], "v1");
    EXPECT_EQ(shown["host"], "h1");
    ASSERT_EQ(shown["connect"].size(), 2U);
    const auto expected =
        R"({"controller": 0, "transport": "tcp", "address": "2001:db8::1", "port": 4420,
        "subsystem_nqn": "nqn.v1", "host_nqn": "nqn.h1",
        "command": "nvme connect -t tcp -a 2001:db8::1 -s 4420 -n nqn.v1 -q nqn.h1"})"_json;
    EXPECT_EQ(shown["connect"][1], expected);
}

TEST(FormatJson, DeletedNamesKindAndName) {
    const auto shown = document([](Formatter& f) { f.deleted("disk", "d1"); });
    EXPECT_EQ(shown, R"({"deleted": {"kind": "disk", "name": "d1"}})"_json);
}

TEST(FormatJson, EventIsALine) {
    std::ostringstream out;
    v1::ClusterEvent event;
    event.set_time_unix_s(1);
    event.set_noun("volume");
    event.set_name("v1");
    event.set_what("is ok");
    make_json_formatter(out)->happened(event);
    EXPECT_EQ(out.str(), R"({"time_unix_s":1,"noun":"volume","name":"v1","what":"is ok"})"
                         "\n");
}

TEST(FormatJson, InvalidUtf8IsReplaced) {
    v1::Plan plan;
    plan.add_actions("a\xff");
    EXPECT_EQ(document([&plan](Formatter& f) { f.plan(plan); })["actions"][0], "a\uFFFD");
}

}  // namespace
}  // namespace dnvme::ctl
