// SPDX-License-Identifier: Apache-2.0
#include <sstream>

#include <gmock/gmock.h>

#include "dnvmectl/formatter.h"
#include "views.h"

namespace dnvme::ctl {
namespace {

using testing::HasSubstr;

class FormatTableTest : public testing::Test {
  protected:
    /// What the formatter writes when @p say is done to it.
    template <class Say>
    std::string text(Say say) {
        std::ostringstream out;
        const auto formatter = make_table_formatter(options, colour, out);
        say(*formatter);
        return out.str();
    }

    template <class List>
    std::string listed(const List& list) {
        return text([&list](Formatter& formatter) { formatter.list(list); });
    }

    GlobalOptions options;
    bool colour = false;
};

TEST_F(FormatTableTest, VolumesWithAProblemInALineOfItsOwn) {
    v1::VolumeList list;
    *list.add_volumes() = make_volume_view();
    v1::VolumeView& down = *list.add_volumes();
    down = make_volume_view();
    down.mutable_volume()->set_name("a-rather-long-name");
    down.mutable_volume()->add_hosts("h1");
    down.mutable_volume()->add_hosts("h2");
    down.set_health(v1::HEALTH_DOWN);
    down.set_problem("waits for disk d2 on node n1");
    EXPECT_EQ(listed(list),
              "NAME                SIZE    LEGS  REDUNDANCY  HEALTH  HOSTS\n"
              "v1                  10 GiB  1     raid1       ok      -\n"
              "a-rather-long-name  10 GiB  1     raid1       down    h1,h2\n"
              "  ! a-rather-long-name: waits for disk d2 on node n1\n");
}

v1::VolumeView make_moved_view() {
    v1::VolumeView view = make_volume_view();
    v1::Volume& volume = *view.mutable_volume();
    volume.set_owner(1);
    volume.set_epoch(2);
    view.mutable_controllers(0)->set_node("n1");
    v1::ControllerView& owner = *view.add_controllers();
    owner.set_number(1);
    owner.set_node("n2");
    v1::Handover& handover = *volume.mutable_handover();
    handover.set_lost_unix_ms(1'800'000'000'000);
    handover.set_decided_unix_ms(1'800'000'001'500);
    handover.set_served_unix_ms(1'800'000'009'250);
    handover.set_forced(true);
    for (const char* number : {"1", "2"}) {
        const int index = *number - '1';
        v1::LogicalDisk& member = *volume.mutable_legs(0)->mutable_members(index);
        member.set_uuid(std::string("member-") + number);
        handover.add_receipts()->set_member(member.uuid());
    }
    handover.mutable_receipts(1)->set_drained(true);
    handover.mutable_receipts(1)->set_at_unix_ms(1'800'000'001'700);
    return view;
}

TEST_F(FormatTableTest, FailoverInTheOrderOfItsSteps) {
    DisksByUuid disks;
    for (const char* number : {"1", "2"}) {
        v1::Disk& disk = disks[std::string("disk-uuid-") + number];
        disk.set_name(std::string("d") + number);
        disk.set_node(std::string("n") + number);
    }
    EXPECT_EQ(text([&](Formatter& to) { to.failover(make_moved_view(), disks); }),
              "TIME                     AFTER    STEP\n"
              "2027-01-15 08:00:00 UTC  0 ms     node n1 was offline\n"
              "2027-01-15 08:00:01 UTC  1500 ms  decided: controller 1 on node n2 is the owner, "
              "under epoch 2\n"
              "2027-01-15 08:00:01 UTC  1700 ms  receipt of disk d2 on node n2\n"
              "2027-01-15 08:00:09 UTC  9250 ms  controller 1 on node n2 served\n"
              "-                        -        node n1 has yet to let go\n"
              "-                        -        no receipt of disk d1 on node n1\n");
}

v1::ClusterStatus make_status() {
    v1::ClusterStatus status;
    status.set_cluster_uuid("c");
    status.mutable_store()->set_kind("etcd");
    status.mutable_store()->add_places("http://192.0.2.9:2379");
    status.mutable_store()->set_reachable(true);
    status.set_leader("n1");
    for (const char* name : {"n1", "n2"}) {
        v1::NodeView& node = *status.add_nodes();
        node.mutable_node()->set_name(name);
        node.set_presence(v1::PRESENCE_ONLINE);
    }
    status.set_volume_count(3);
    return status;
}

TEST_F(FormatTableTest, StatusSaysWhatIsWrongAndSinceWhen) {
    v1::ClusterStatus status = make_status();
    v1::NodeView& offline = *status.mutable_nodes(1);
    offline.set_presence(v1::PRESENCE_OFFLINE);
    offline.set_since_unix_s(86400);
    offline.set_problem("its dnvmed does not run");
    v1::VolumeView& volume = *status.add_volumes() = make_volume_view();
    volume.set_health(v1::HEALTH_DEGRADED);
    volume.set_since_unix_s(86401);
    volume.set_problem("disk d2 on node n2 failed");
    EXPECT_EQ(text([&](Formatter& formatter) { formatter.status(status); }),
              "cluster  c\n"
              "store    etcd at http://192.0.2.9:2379\n"
              "leader   n1\n"
              "nodes    1 online, 1 offline\n"
              "  ! n2: offline since 1970-01-02 00:00:00 UTC: its dnvmed does not run\n"
              "volumes  3, of which 1 not as it should be\n"
              "  ! v1: degraded since 1970-01-02 00:00:01 UTC: disk d2 on node n2 failed\n"
              "verdict  all data is there, that of 1 volume with less redundancy than asked for\n");
}

TEST_F(FormatTableTest, StatusNamesTheWorst) {
    v1::ClusterStatus status = make_status();
    const auto verdict = [&] {
        const std::string said = text([&](Formatter& formatter) { formatter.status(status); });
        return said.substr(said.find("verdict"));
    };
    EXPECT_THAT(verdict(), HasSubstr("all data is safe"));
    status.add_volumes()->set_health(v1::HEALTH_DEGRADED);
    EXPECT_THAT(verdict(), HasSubstr("less redundancy"));
    status.add_volumes()->set_health(v1::HEALTH_UNKNOWN);
    EXPECT_THAT(verdict(), HasSubstr("nobody who is online knows how 1 volume fare"));
    status.add_volumes()->set_health(v1::HEALTH_DOWN);
    EXPECT_THAT(verdict(), HasSubstr("of 1 volume not all data can be reached"));
    status.mutable_store()->set_reachable(false);
    EXPECT_THAT(verdict(), HasSubstr("until the store answers"));
}

TEST_F(FormatTableTest, VolumeThatIsBeingDeletedSaysSo) {
    v1::VolumeList list;
    *list.add_volumes() = make_volume_view();
    list.mutable_volumes(0)->mutable_volume()->set_deleting(true);
    EXPECT_THAT(listed(list), HasSubstr(" deleting "));
}

TEST_F(FormatTableTest, HealthHasColours) {
    colour = true;
    v1::DiskList list;
    for (const auto health :
         {v1::HEALTH_OK, v1::HEALTH_DEGRADED, v1::HEALTH_DOWN, v1::HEALTH_UNSPECIFIED}) {
        *list.add_disks() = make_disk_view();
        list.mutable_disks(list.disks_size() - 1)->set_health(health);
    }
    const std::string shown = listed(list);
    EXPECT_THAT(shown, HasSubstr("\033[32mok\033[0m "));
    EXPECT_THAT(shown, HasSubstr("\033[33mdegraded\033[0m "));
    EXPECT_THAT(shown, HasSubstr("\033[31mdown\033[0m "));
    EXPECT_THAT(shown, HasSubstr(" unknown "));
}

TEST_F(FormatTableTest, DiskThatIsGoneHasNoPath) {
    v1::DiskList list;
    *list.add_disks() = make_disk_view();
    *list.add_disks() = make_disk_view();
    list.mutable_disks(1)->clear_current_path();
    EXPECT_EQ(listed(list),
              "NAME  NODE  SIZE    FREE   HEALTH  PATH\n"
              "d1    n1    32 TiB  1 MiB  ok      /dev/nvme0n1\n"
              "d1    n1    32 TiB  1 MiB  ok      -\n");
}

TEST_F(FormatTableTest, QuietListsNamesOnly) {
    options.quiet = true;
    v1::DiskList list;
    *list.add_disks() = make_disk_view();
    list.mutable_disks(0)->set_problem("is not there");
    EXPECT_EQ(listed(list), "d1\n");
}

TEST_F(FormatTableTest, QuietSaysNothingAboutWhatWasDone) {
    options.quiet = true;
    EXPECT_EQ(text([](Formatter& f) { f.created(make_volume_view()); }), "");
    EXPECT_EQ(text([](Formatter& f) { f.deleted("volume", "v1"); }), "");
}

TEST_F(FormatTableTest, VolumeIsShownWithMembersOnDisksByName) {
    v1::Disk disk;
    disk.set_name("d1");
    disk.set_node("n1");
    const DisksByUuid disks{{"disk-uuid-1", disk}};
    EXPECT_EQ(text([&disks](Formatter& f) { f.show(make_volume_view(), disks); }),
              "name        v1\n"
              "uuid        11111111-2222-4333-8444-555555555555\n"
              "size        10 GiB (10737418240 bytes)\n"
              "chunk       64 KiB\n"
              "redundancy  raid1\n"
              "health      ok\n"
              "epoch       1\n"
              "subsystem   nqn.v1\n"
              "portals     192.0.2.1:4420,[2001:db8::1]:4420\n"
              "hosts       -\n"
              "\n"
              "LEG  EPOCH  MEMBER  DISK         NODE  OFFSET  SIZE    STATE\n"
              "0    3      0       d1           n1    1 MiB   11 GiB  in-sync\n"
              "0    3      1       disk-uuid-2  -     1 MiB   11 GiB  in-sync\n");
}

TEST_F(FormatTableTest, AttachPrintsCommandsAndNothingElse) {
    options.quiet = true;
    const Attachment attachment{.volume = make_volume_view(), .host = make_host_view()};
    EXPECT_EQ(text([&attachment](Formatter& f) { f.attached(attachment); }),
              "nvme connect -t tcp -a 192.0.2.1 -s 4420 -n nqn.v1 -q nqn.h1\n"
              "nvme connect -t tcp -a 2001:db8::1 -s 4420 -n nqn.v1 -q nqn.h1\n");
}

TEST_F(FormatTableTest, PlanIsItsActionsAndTheirNumber) {
    v1::Plan plan;
    plan.add_actions("create dm device x: 0 8 linear {disk:y} 0");
    EXPECT_EQ(text([&plan](Formatter& f) { f.plan(plan); }),
              "create dm device x: 0 8 linear {disk:y} 0\n"
              "1 action; nothing was changed\n");
    options.quiet = true;
    EXPECT_EQ(text([&plan](Formatter& f) { f.plan(plan); }),
              "create dm device x: 0 8 linear {disk:y} 0\n");
}

}  // namespace
}  // namespace dnvme::ctl
