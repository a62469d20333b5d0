// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/names.h"
#include "plan/planner.h"
#include "plan/references.h"
#include "sample.h"

namespace dnvme::plan {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kNqn = "nqn.2014-08.org.nvmexpress:uuid:" + sample_uuid("ee", 0);

model::Cluster one_volume() {
    model::Cluster cluster = sample_cluster();
    attach(add_volume(cluster, "v0", 1, v1::REDUNDANCY_NONE), "h0");
    format_all(cluster);
    return cluster;
}

/// Open counts as the kernel has them.
KernelState with_opens(KernelState state) {
    for (auto& [uuid, device] : state.dm)
        device.opens = static_cast<std::int32_t>(count_holders(state, uuid));
    return state;
}

std::vector<Action> delete_plan(model::Cluster cluster, const KernelState& actual) {
    cluster.volumes["v0"].set_deleting(true);
    return make_plan(cluster, desire(cluster), actual);
}

std::string refusal(const std::vector<Action>& plan, const KernelState& actual) {
    const Status checked = check_plan(plan, actual);
    return checked ? "taken" : checked.error().message();
}

DmDevice ld(const std::string& params) {
    const std::string uuid = sample_uuid("ab", 9);
    return {.uuid = "DNVME-ld-" + uuid,
            .name = "dnvme-ld-" + uuid,
            .table = {{0, 2048, "linear", params}}};
}

TEST(Check, TakesADeleteOfWhatOnlyDnvmeHolds) {
    const KernelState actual = with_opens(built(one_volume()));
    EXPECT_EQ(refusal(delete_plan(one_volume(), actual), actual), "taken");
}

TEST(Check, RefusesToRemoveWhatSomebodyElseHasOpen) {
    KernelState actual = with_opens(built(one_volume()));
    const std::string front = model::dm_uuid(model::DmKind::front, sample_uuid("ee", 0));
    actual.dm.at(front).opens++;
    const auto checked = check_plan(delete_plan(one_volume(), actual), actual);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code(), Code::precondition);
    EXPECT_THAT(checked.error().message(),
                AllOf(StartsWith("remove dm device dnvme-front-"), HasSubstr("opened 1 times more"),
                      HasSubstr("find who uses /dev/mapper/dnvme-front-")));
}

TEST(Check, RefusesDevicesThatAreNotOurs) {
    EXPECT_THAT(refusal({RemoveDm{"LVM-abc", "vg-root"}}, {}), HasSubstr("vg-root is not dnvme's"));
    EXPECT_THAT(refusal({WipeDm{"LVM-abc", 0, 4096}}, {}), HasSubstr("LVM-abc is not dnvme's"));
    EXPECT_EQ(refusal({CreateDm{ld("{disk:x} 2048")}}, {}), "taken");
    EXPECT_THAT(refusal({CreateDm{ld("8:16 2048")}}, {}), HasSubstr("device 8:16 is not dnvme's"));
    EXPECT_THAT(refusal({ReloadDm{ld("{dm:LVM-abc} 0")}}, {}),
                HasSubstr("dm device LVM-abc is not dnvme's"));
    DmDevice misnamed = ld("{disk:x} 2048");
    misnamed.name = "vg-root";
    EXPECT_THAT(refusal({CreateDm{misnamed}}, {}), HasSubstr("vg-root is not dnvme's"));
}

TEST(Check, RefusesToMakeWhatIsThere) {
    KernelState actual;
    actual.dm[ld("").uuid] = ld("");
    actual.ports[1] = {.id = 1, .address = "192.0.2.1", .service = 4420, .subsystems = {}};
    actual.subsystems[kNqn] = {};
    EXPECT_THAT(refusal({CreateDm{ld("{disk:x} 2048")}}, actual), HasSubstr("is there already"));
    EXPECT_THAT(refusal({CreatePort{actual.ports[1]}}, actual), HasSubstr("is there already"));
    EXPECT_THAT(refusal({CreateSubsystem{kNqn, "1"}}, actual), HasSubstr("is there already"));
    EXPECT_EQ(refusal({RemovePort{1}, CreatePort{actual.ports[1]}}, actual), "taken");
}

TEST(Check, WipesOnlyGatesThatNothingStandsOn) {
    const KernelState actual = with_opens(built(one_volume()));
    const v1::Leg leg = one_volume().volumes.at("v0").legs(0);
    const std::string gate = model::dm_uuid(model::DmKind::gate, leg.members(0).uuid());
    EXPECT_THAT(refusal({WipeDm{gate, 0, 4096}}, actual), HasSubstr("something stands on it"));
    EXPECT_THAT(refusal({WipeDm{model::dm_uuid(model::DmKind::thin, leg.uuid()), 0, 1}}, actual),
                HasSubstr("is not dnvme's"));

    KernelState bare;
    bare.dm[gate] = actual.dm.at(gate);
    bare.dm[gate].opens = 0;
    EXPECT_EQ(refusal({WipeDm{gate, 0, 4096}}, bare), "taken");
    bare.dm[gate].opens = 1;
    EXPECT_THAT(refusal({WipeDm{gate, 0, 4096}}, bare), HasSubstr("in use outside dnvme"));
}

TEST(Check, LeavesSuperblocksOfRunningArraysAlone) {
    const std::string rmeta = "DNVME-rmeta-" + sample_uuid("ab", 0);
    model::Cluster cluster = sample_cluster();
    add_volume(cluster, "v0", 1, v1::REDUNDANCY_RAID1);
    format_all(cluster);
    KernelState actual = with_opens(built(cluster));
    EXPECT_THAT(refusal({ResyncDirty{rmeta}}, actual), HasSubstr("its array is running"));
    EXPECT_EQ(refusal({ResyncDirty{rmeta}}, {}), "taken");
    EXPECT_THAT(refusal({ResyncDirty{"DNVME-gate-" + sample_uuid("ab", 0)}}, actual),
                HasSubstr("is not dnvme's"));
}

TEST(Check, WantsTheCutFirst) {
    const KernelState actual = built(one_volume());
    const std::string host = "nqn.2014-08.com.example:h0";
    const UnlinkSubsystem cut{1, kNqn};
    for (const Action& action : {Action(RemoveNamespace{kNqn, 1}), Action(DisallowHost{kNqn, host}),
                                 Action(RemoveSubsystem{kNqn})}) {
        EXPECT_THAT(refusal({action}, actual), HasSubstr("still connected through port 1"));
        EXPECT_EQ(refusal({cut, action}, actual), "taken");
    }
}

TEST(Check, RefusesSubsystemsThatAreNotOurs) {
    const std::string nqn = "nqn.2014-08.com.example:other";
    for (const Action& action : {Action(RemoveNamespace{nqn, 1}), Action(DisallowHost{nqn, "h"}),
                                 Action(RemoveSubsystem{nqn}), Action(UnlinkSubsystem{1, nqn})})
        EXPECT_THAT(refusal({action}, {}), HasSubstr(nqn + " is not dnvme's"));
}

}  // namespace
}  // namespace dnvme::plan
