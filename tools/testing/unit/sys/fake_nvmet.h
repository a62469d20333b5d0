// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sys/config_fs.h"

namespace dnvme::sys {

/// A directory elsewhere that behaves as the nvmet directory of configfs does: what is made comes
/// with its attributes and goes with them, links hold what they point to.
class FakeNvmet final : public ConfigFs {
  public:
    FakeNvmet();
    ~FakeNvmet() override;
    FakeNvmet(const FakeNvmet&) = delete;
    FakeNvmet& operator=(const FakeNvmet&) = delete;

    [[nodiscard]] const Path& root() const { return root_; }
    /// Every call whose text contains @p text fails with @p sys_errno; "" takes it back.
    void fail_on(std::string text, int sys_errno);
    /// What was called since the last clear(), such as "mkdir hosts/h" or "write ports/1/x=y".
    std::vector<std::string> calls;

    Status make_dir(const Path& dir) override;
    Status remove_dir(const Path& dir) override;
    Status link(const Path& target, const Path& link) override;
    Status unlink(const Path& link) override;
    Status write(const Path& attribute, const std::string& value) override;

  private:
    Status call(const std::string& verb, const Path& path, const std::string& more = "");
    [[nodiscard]] bool is_linked(const Path& dir) const;

    Path root_;
    std::string fail_text_;
    int fail_errno_ = 0;
};

}  // namespace dnvme::sys
