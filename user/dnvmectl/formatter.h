// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "dnvme/v1/api.pb.h"
#include "dnvmectl/connections.h"
#include "dnvmectl/options.h"
#include "dnvmectl/streams.h"

namespace dnvme::ctl {

/// Disk uuid -> name, since records of members carry uuids only.
using DisksByUuid = std::map<std::string, v1::Disk>;

/// A volume that a host may now connect to.
struct Attachment {
    v1::VolumeView volume;
    v1::HostView host;
};

/// A file that now holds all records.
struct BackupWritten {
    std::string file;
    std::size_t bytes = 0;
    v1::BackupHeader header;
};

/// Everything that dnvmectl says on standard output goes through here.
class Formatter {
  public:
    virtual ~Formatter() = default;

    virtual void info(const v1::Info& info) = 0;
    virtual void show(const v1::ClusterView& view) = 0;
    virtual void status(const v1::ClusterStatus& status) = 0;
    /// A line, at once.
    virtual void happened(const v1::ClusterEvent& event) = 0;

    virtual void list(const v1::NodeList& nodes) = 0;
    virtual void list(const v1::DiskList& disks) = 0;
    virtual void list(const v1::VolumeList& volumes) = 0;
    virtual void list(const v1::HostList& hosts) = 0;
    virtual void list(const v1::HeadList& heads) = 0;
    /// The paths of all these heads.
    virtual void list_paths(const v1::HeadList& heads) = 0;

    virtual void show(const v1::NodeView& view) = 0;
    virtual void show(const v1::DiskView& view) = 0;
    virtual void show(const v1::VolumeView& view, const DisksByUuid& disks) = 0;
    virtual void show(const v1::HostView& view) = 0;
    virtual void show(const v1::HeadView& view) = 0;
    virtual void show_path(const v1::HeadView& view, const v1::PathView& path) = 0;

    /// What a change would do (--dry-run).
    virtual void plan(const v1::Plan& plan) = 0;

    virtual void created(const v1::NodeView& view) = 0;
    virtual void created(const v1::DiskView& view) = 0;
    virtual void created(const v1::VolumeView& view) = 0;
    virtual void created(const v1::HostView& view) = 0;
    virtual void created(const v1::HeadView& view) = 0;
    /// Labels were changed.
    virtual void changed(const v1::NodeView& view) = 0;
    virtual void changed(const v1::DiskView& view) = 0;
    /// @p what was done to a head or to a path of it: what became of the head.
    virtual void changed(const v1::HeadView& view, const std::string& what) = 0;
    /// The members of disk @p old are to be rebuilt on this one.
    virtual void replaced(const v1::DiskView& view, const std::string& old) = 0;
    virtual void deleted(const std::string& noun, const std::string& name) = 0;
    virtual void attached(const Attachment& attachment) = 0;
    virtual void detached(const v1::VolumeView& volume, const std::string& host) = 0;
    /// A volume has another owner.
    virtual void activated(const v1::VolumeView& view) = 0;
    /// How its last change of owner between nodes went. Precondition: there was one.
    virtual void failover(const v1::VolumeView& view, const DisksByUuid& disks) = 0;
    /// What became of connections of this machine.
    virtual void connections(const std::vector<ConnectionState>& states) = 0;
    /// A volume has another name than @p old.
    virtual void renamed(const v1::VolumeView& view, const std::string& old) = 0;
    /// Hosts see all of a volume that has grown.
    virtual void resized(const v1::VolumeView& view) = 0;
    virtual void backed_up(const BackupWritten& backup) = 0;
    virtual void restored(const v1::RestoreResult& result) = 0;
    virtual void migrated(const v1::MigrateResult& result, const std::string& config) = 0;
};

std::unique_ptr<Formatter> make_table_formatter(const GlobalOptions& options, bool colour,
                                                std::ostream& out);
std::unique_ptr<Formatter> make_json_formatter(std::ostream& out);

/// The one that @p options ask for.
std::unique_ptr<Formatter> make_formatter(const GlobalOptions& options, const Streams& streams);

}  // namespace dnvme::ctl
