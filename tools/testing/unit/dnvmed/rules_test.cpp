// SPDX-License-Identifier: Apache-2.0
// Every request that is refused: with which words, and that it changes nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "machine.h"

namespace dnvme::daemon {
namespace {

class Rules : public Machine {};

v1::CreateNodeRequest node_request(const std::string& address, std::uint32_t port) {
    v1::CreateNodeRequest request;
    request.set_name("n1");
    v1::Portal* portal = request.add_portals();
    portal->set_address(address);
    portal->set_port(port);
    return request;
}

TEST_F(Rules, NodeMustBeRunBySomebody) {
    EXPECT_REFUSED(create_node("n2"), Code::precondition, "no daemon on this store runs node 'n2'",
                   "see node.name in dnvmed.toml");
}

TEST_F(Rules, NodeNameMustBeWellFormed) {
    EXPECT_REFUSED(create_node("N 1"), Code::invalid, "N 1");
}

TEST_F(Rules, NodeExistsOnce) {
    ASSERT_DONE(create_node());
    EXPECT_REFUSED(create_node(), Code::exists, "node 'n1' exists already");
}

TEST_F(Rules, NodeNeedsAPortal) {
    v1::CreateNodeRequest request;
    request.set_name("n1");
    EXPECT_REFUSED(run(daemon::create_node, request), Code::invalid,
                   "node 'n1' has 0 portals: give it 1 to 3");
}

TEST_F(Rules, NodeHasAtMostThreePortals) {
    v1::CreateNodeRequest request = node_request("192.0.2.1", 4420);
    for (const char* address : {"192.0.2.2", "192.0.2.3", "192.0.2.4"}) {
        request.add_portals()->set_address(address);
    }
    EXPECT_REFUSED(run(daemon::create_node, request), Code::invalid, "has 4 portals");
}

TEST_F(Rules, PortalAddressIsGivenOnce) {
    v1::CreateNodeRequest request = node_request("192.0.2.1", 4420);
    *request.add_portals() = request.portals(0);
    request.mutable_portals(1)->set_port(4421);
    EXPECT_REFUSED(run(daemon::create_node, request), Code::invalid,
                   "address 192.0.2.1 is given twice");
}

TEST_F(Rules, PortalMustBeAnAddressAndAPort) {
    EXPECT_REFUSED(run(daemon::create_node, node_request("storage.example", 4420)), Code::invalid,
                   "storage.example");
    EXPECT_REFUSED(run(daemon::create_node, node_request("192.0.2.1", 65536)), Code::invalid,
                   "65536");
}

TEST_F(Rules, NodeWithDisksStays) {
    furnish();
    EXPECT_REFUSED(delete_node("n1"), Code::precondition,
                   "node 'n1' has disks: delete them first: sim0, sim1, sim2, sim3");
}

TEST_F(Rules, UnknownNodeCannotBeDeleted) {
    EXPECT_REFUSED(delete_node("n1"), Code::not_found, "node 'n1' does not exist");
}

TEST_F(Rules, DiskNeedsItsNode) {
    EXPECT_REFUSED(create_disk("/dev/sim0"), Code::not_found,
                   "node 'n1' does not exist: create it first");
}

TEST_F(Rules, DiskOfAnotherNodeIsNotOurs) {
    ASSERT_DONE(create_node());
    v1::CreateDiskRequest request;
    request.set_path("/dev/sim0");
    request.set_node("n2");
    EXPECT_REFUSED(run(daemon::create_disk, request), Code::not_found, "node 'n2'");
}

TEST_F(Rules, DiskMustBeThere) {
    ASSERT_DONE(create_node());
    EXPECT_REFUSED(create_disk("/dev/nothing"), Code::not_found, "/dev/nothing");
}

TEST_F(Rules, DiskInUseIsRefusedEvenWithForce) {
    ASSERT_DONE(create_node());
    EXPECT_REFUSED(create_disk("/dev/simused"), Code::precondition,
                   "/dev/simused is in use (mounted on /srv): free it first");
    EXPECT_REFUSED(create_disk("/dev/simused", true), Code::precondition, "mounted on /srv");
}

TEST_F(Rules, DataIsOverwrittenOnlyWithForce) {
    ASSERT_DONE(create_node());
    EXPECT_REFUSED(create_disk("/dev/simext4"), Code::precondition,
                   "/dev/simext4 carries data (ext4)", "--force");
    EXPECT_TRUE(create_disk("/dev/simext4", true));
}

TEST_F(Rules, DiskIsTakenOnce) {
    furnish();
    EXPECT_REFUSED(create_disk("/dev/sim0", false, "other"), Code::exists,
                   "/dev/sim0 is disk 'sim0' already");
    EXPECT_REFUSED(create_disk("/dev/sim4", false, "sim0"), Code::exists,
                   "disk 'sim0' exists already");
}

TEST_F(Rules, DiskThatHoldsAVolumeIsNotTakenAnew) {
    furnish();
    ASSERT_DONE(create_volume("v1"));
    EXPECT_REFUSED(create_disk("/dev/sim0", true, "other"), Code::exists, "disk 'sim0' already");
}

TEST_F(Rules, DiskOfAnotherClusterIsRefusedEvenWithForce) {
    ASSERT_DONE(create_node());
    ASSERT_DONE(sim_.disks().write_label("/dev/sim0", "some-disk", "other-cluster"));
    EXPECT_REFUSED(create_disk("/dev/sim0", true), Code::precondition,
                   "/dev/sim0 belongs to another dnvme cluster (other-cluster)",
                   "zero the first MiB");
}

TEST_F(Rules, DiskNameMustBeWellFormed) {
    ASSERT_DONE(create_node());
    EXPECT_REFUSED(create_disk("/dev/sim0", false, "a/b"), Code::invalid, "a/b");
}

TEST_F(Rules, DiskWithSlicesStays) {
    furnish();
    ASSERT_DONE(create_volume("v1", 1ULL << 30, 4));
    EXPECT_REFUSED(delete_disk("sim2"), Code::precondition,
                   "disk 'sim2' holds parts of volumes: delete them first: v1");
}

TEST_F(Rules, UnknownDiskCannotBeDeleted) {
    EXPECT_REFUSED(delete_disk("d1"), Code::not_found, "disk 'd1' does not exist");
}

TEST_F(Rules, VolumeNameIsTakenOnce) {
    furnish();
    ASSERT_DONE(create_volume("v1"));
    EXPECT_REFUSED(create_volume("v1"), Code::exists, "volume 'v1' exists already");
}

TEST_F(Rules, VolumeNameMustBeWellFormed) {
    furnish();
    EXPECT_REFUSED(create_volume(""), Code::invalid, "volume");
    EXPECT_REFUSED(create_volume("-v"), Code::invalid, "-v");
}

TEST_F(Rules, VolumeNeedsASizeLegsAndAChunk) {
    furnish();
    EXPECT_REFUSED(create_volume("v1", 0), Code::invalid, "size");
    EXPECT_REFUSED(create_volume("v1", 1ULL << 30, 65), Code::invalid, "65");
    v1::CreateVolumeRequest request;
    request.set_name("v1");
    request.set_size_bytes(1ULL << 30);
    request.set_chunk_bytes(5000);
    EXPECT_REFUSED(run(daemon::create_volume, request), Code::invalid, "5000");
}

TEST_F(Rules, VolumeMustFit) {
    furnish();
    EXPECT_REFUSED(create_volume("v1", 2ULL << 40), Code::no_space,
                   "leg 1 of 1 needs 1 disk with 2 TiB free in one piece",
                   "add disks, or ask for less");
}

TEST_F(Rules, RedundancyNeedsDisks) {
    ASSERT_DONE(create_node());
    ASSERT_DONE(create_disk("/dev/sim0"));
    EXPECT_REFUSED(create_volume("v1", 1ULL << 30, 1, v1::REDUNDANCY_RAID1), Code::precondition,
                   "disk");
}

TEST_F(Rules, AbsentDisksAreNotCounted) {
    ASSERT_DONE(create_node());
    ASSERT_DONE(create_disk("/dev/sim0"));
    ASSERT_DONE(create_disk("/dev/sim1"));
    sim_.unplug("/dev/sim1");
    EXPECT_REFUSED(create_volume("v1", 1ULL << 30, 1, v1::REDUNDANCY_RAID1), Code::precondition,
                   "not counting what is not there now: sim1");
}

TEST_F(Rules, UnknownRedundancyIsRefused) {
    furnish();
    EXPECT_REFUSED(create_volume("v1", 1ULL << 30, 1, static_cast<v1::Redundancy>(9)),
                   Code::invalid, "redundancy 9 is unknown");
}

TEST_F(Rules, AttachedVolumeStays) {
    furnish();
    ASSERT_DONE(create_volume("v1"));
    ASSERT_DONE(attach("v1", "h1"));
    EXPECT_REFUSED(delete_volume("v1"), Code::precondition,
                   "volume 'v1' is attached: detach it first from h1");
}

TEST_F(Rules, UnknownVolumeCannotBeDeleted) {
    EXPECT_REFUSED(delete_volume("v1"), Code::not_found, "volume 'v1' does not exist");
}

TEST_F(Rules, HostNeedsAnNqn) {
    EXPECT_REFUSED(create_host("h1", "host.example"), Code::invalid, "host.example");
    EXPECT_REFUSED(create_host("h1", ""), Code::invalid, "not an NVMe qualified name");
}

TEST_F(Rules, HostNameAndNqnAreTakenOnce) {
    ASSERT_DONE(create_host("h1"));
    EXPECT_REFUSED(create_host("h1", kOtherNqn), Code::exists, "host 'h1' exists already");
    EXPECT_REFUSED(create_host("h2"), Code::exists, "host 'h1' has the NQN", kHostNqn);
}

TEST_F(Rules, AttachedHostStays) {
    furnish();
    ASSERT_DONE(create_volume("v1"));
    ASSERT_DONE(create_volume("v2"));
    ASSERT_DONE(attach("v1", "h1"));
    ASSERT_DONE(attach("v2", "h1"));
    EXPECT_REFUSED(delete_host("h1"), Code::precondition,
                   "host 'h1' is attached to volumes: detach them first: v1, v2");
}

TEST_F(Rules, UnknownHostCannotBeDeleted) {
    EXPECT_REFUSED(delete_host("h1"), Code::not_found, "host 'h1' does not exist");
}

TEST_F(Rules, AttachNeedsVolumeAndHost) {
    furnish();
    EXPECT_REFUSED(attach("v1", "h1"), Code::not_found, "volume 'v1' does not exist");
    ASSERT_DONE(create_volume("v1"));
    EXPECT_REFUSED(attach("v1", "h2"), Code::not_found, "host 'h2' does not exist");
}

TEST_F(Rules, AttachHappensOnce) {
    furnish();
    ASSERT_DONE(create_volume("v1"));
    ASSERT_DONE(attach("v1", "h1"));
    EXPECT_REFUSED(attach("v1", "h1"), Code::exists,
                   "volume 'v1' is attached to host 'h1' already");
}

TEST_F(Rules, VolumeThatIsDownCannotBeAttached) {
    furnish();
    ASSERT_DONE(create_volume("v1", 1ULL << 30, 4));
    sim_.unplug("/dev/sim2");
    EXPECT_REFUSED(attach("v1", "h1"), Code::precondition, "attach volume 'v1' to host 'h1'",
                   "waits for disk sim2 on node n1");
}

TEST_F(Rules, DetachNeedsAnAttachment) {
    furnish();
    ASSERT_DONE(create_volume("v1"));
    EXPECT_REFUSED(detach("v1", "h1"), Code::precondition,
                   "volume 'v1' is not attached to host 'h1'");
    EXPECT_REFUSED(detach("v1", "h2"), Code::not_found, "host 'h2' does not exist");
    EXPECT_REFUSED(detach("v2", "h1"), Code::not_found, "volume 'v2' does not exist");
}

TEST_F(Rules, VolumeInUseByOthersIsNotTakenDown) {
    furnish();
    ASSERT_DONE(create_volume("v1"));
    const std::string front = "DNVME-front-" + cluster().volumes.at("v1").uuid();
    sim_.open_device(front);
    EXPECT_REFUSED(delete_volume("v1"), Code::precondition, "delete volume 'v1'",
                   "in use outside dnvme");
    sim_.open_device(front, -1);
    EXPECT_TRUE(delete_volume("v1"));
}

}  // namespace
}  // namespace dnvme::daemon
