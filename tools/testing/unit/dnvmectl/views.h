// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dnvme/v1/api.pb.h"
#include "dnvmectl/words.h"

/// Objects as a daemon would send them.
namespace dnvme::ctl {

inline v1::VolumeView make_volume_view() {
    v1::VolumeView view;
    v1::Volume& volume = *view.mutable_volume();
    volume.set_uuid("11111111-2222-4333-8444-555555555555");
    volume.set_name("v1");
    volume.set_size_bytes(10ULL << 30);
    volume.set_chunk_bytes(65536);
    volume.set_redundancy(v1::REDUNDANCY_RAID1);
    volume.set_epoch(1);
    v1::Leg& leg = *volume.add_legs();
    leg.set_epoch(3);
    for (const char* disk : {"disk-uuid-1", "disk-uuid-2"}) {
        v1::LogicalDisk& member = *leg.add_members();
        member.set_disk_uuid(disk);
        member.set_offset_bytes(1 << 20);
        member.set_size_bytes(11ULL << 30);
        member.set_sync(v1::LogicalDisk::IN_SYNC);
    }
    view.set_health(v1::HEALTH_OK);
    view.set_subsystem_nqn("nqn.v1");
    *view.add_portals() = *parse_portal("192.0.2.1:4420");
    *view.add_portals() = *parse_portal("[2001:db8::1]:4420");
    v1::ControllerView& controller = *view.add_controllers();
    controller.set_role(v1::ROLE_ACTIVE);
    controller.set_subsystem_nqn(view.subsystem_nqn());
    *controller.mutable_portals() = view.portals();
    return view;
}

inline v1::HostView make_host_view() {
    v1::HostView view;
    view.mutable_host()->set_name("h1");
    view.mutable_host()->set_nqn("nqn.h1");
    return view;
}

inline v1::DiskView make_disk_view() {
    v1::DiskView view;
    view.mutable_disk()->set_name("d1");
    view.mutable_disk()->set_node("n1");
    view.mutable_disk()->set_path("/dev/disk/by-id/x");
    view.mutable_disk()->set_size_bytes(32ULL << 40);
    view.set_free_bytes(1ULL << 20);
    view.set_current_path("/dev/nvme0n1");
    view.set_health(v1::HEALTH_OK);
    return view;
}

}  // namespace dnvme::ctl
