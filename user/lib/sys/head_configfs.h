// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "plan/action.h"
#include "plan/kernel_state.h"
#include "sys/config_fs.h"
#include "sys/doors.h"

namespace dnvme::sys {

/// The one door to nvme-mpath-ext: its directory in configfs, and what sysfs says of its disks and
/// of NVMe namespaces. What is ours: heads whose directory is called model::head_dir(). Errors
/// carry the words of the kernel's log. What fails half-way is undone.
class HeadConfigfs final : public Heads {
  public:
    /// @p root: /sys/kernel/config/nvme_mpath_ext, @p sys: /sys but in tests.
    HeadConfigfs(ConfigFs& fs, Path root, Path sys)
        : fs_(fs), root_(std::move(root)), sys_(std::move(sys)) {}

    std::string find(const v1::Path& path) override;
    Result<std::map<std::string, HeadStatus>> status() override;
    Status activate(const std::string& head, const std::string& path) override;

    /// By directory; empty if the module is not loaded.
    Result<std::map<std::string, plan::Head>> probe() const;
    Status create(const plan::CreateHead& a);
    Status set(const plan::SetHead& a);
    Status enable(const plan::EnableHead& a);
    Status disable(const plan::DisableHead& a);
    Status remove(const plan::RemoveHead& a);
    Status create_path(const plan::CreatePath& a);
    Status set_priority(const plan::SetPriority& a);
    Status enable_path(const plan::EnablePath& a);
    Status disable_path(const plan::DisablePath& a);
    Status remove_path(const plan::RemovePath& a);

  private:
    [[nodiscard]] Path path_dir(const std::string& head, const std::string& path) const {
        return root_ / head / "paths" / path;
    }
    Status make(const Path& dir, const std::map<std::string, std::string>& attributes);
    Status write(const Path& attribute, const std::string& value);
    [[nodiscard]] Result<std::vector<std::string>> ours() const;
    [[nodiscard]] std::string find_namespace(const v1::Path& path) const;

    ConfigFs& fs_;
    Path root_;
    Path sys_;
};

}  // namespace dnvme::sys
