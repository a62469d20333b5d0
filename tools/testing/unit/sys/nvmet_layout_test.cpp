// SPDX-License-Identifier: Apache-2.0
// Type information made here, as the kernel's would be.
#include "sys/nvmet_layout.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <bpf/btf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dnvme::sys {
namespace {

using testing::HasSubstr;

struct Member {
    std::string name;  ///< "" for an anonymous structure that holds the rest
    std::uint32_t offset;
};
using Structures = std::map<std::string, std::vector<Member>>;

/// As on Debian's 6.1 and 6.12.
Structures known() {
    return {{"nvmet_req", {{"cmd", 0}, {"cqe", 8}, {"sq", 16}, {"execute", 392}, {"ops", 400}}},
            {"nvmet_fabrics_ops", {{"owner", 0}, {"type", 8}}},
            {"nvmet_sq", {{"ctrl", 0}, {"qid", 24}}},
            {"nvmet_ctrl", {{"subsys", 0}, {"cntlid", 88}, {"hostnqn", 628}}},
            {"nvmet_subsys", {{"subsysnqn", 152}}}};
}

class Types {
  public:
    explicit Types(const Structures& structures) : types_(btf__new_empty()) {
        const int number = btf__add_int(types_.get(), "unsigned int", 4, 0);
        for (const auto& [name, members] : structures) {
            btf__add_struct(types_.get(), name.c_str(), 1024);
            for (const Member& member : members)
                btf__add_field(types_.get(), member.name.c_str(), number, member.offset * 8, 0);
        }
    }
    /// Moves a member into an anonymous structure at @p outer.
    void nest(const std::string& structure, const Member& inner, std::uint32_t outer) {
        const int number = btf__find_by_name(types_.get(), "unsigned int");
        const int nested = btf__add_struct(types_.get(), nullptr, 512);
        btf__add_field(types_.get(), inner.name.c_str(), number, inner.offset * 8, 0);
        btf__add_struct(types_.get(), structure.c_str(), 1024);
        btf__add_field(types_.get(), nullptr, nested, outer * 8, 0);
    }
    [[nodiscard]] const btf& get() const { return *types_; }

  private:
    struct Free {
        void operator()(btf* types) const { btf__free(types); }
    };
    std::unique_ptr<btf, Free> types_;
};

TEST(NvmetLayout, HasEachFieldWhereTheTypesHaveIt) {
    const auto layout = find_layout(Types(known()).get());
    ASSERT_TRUE(layout) << layout.error().message();
    EXPECT_EQ(layout->head.version, NVMET_MPATH_EXT_VERSION);
    EXPECT_EQ(layout->head.size, sizeof(*layout));
    EXPECT_EQ(layout->req_cmd, 0U);
    EXPECT_EQ(layout->req_cqe, 8U);
    EXPECT_EQ(layout->req_sq, 16U);
    EXPECT_EQ(layout->req_execute, 392U);
    EXPECT_EQ(layout->req_ops, 400U);
    EXPECT_EQ(layout->ops_type, 8U);
    EXPECT_EQ(layout->sq_ctrl, 0U);
    EXPECT_EQ(layout->sq_qid, 24U);
    EXPECT_EQ(layout->ctrl_subsys, 0U);
    EXPECT_EQ(layout->ctrl_cntlid, 88U);
    EXPECT_EQ(layout->ctrl_hostnqn, 628U);
    EXPECT_EQ(layout->subsys_subsysnqn, 152U);
}

TEST(NvmetLayout, LooksIntoAnonymousMembers) {
    Structures others = known();
    others.erase("nvmet_subsys");
    Types types(others);
    types.nest("nvmet_subsys", {"subsysnqn", 24}, 128);
    const auto layout = find_layout(types.get());
    ASSERT_TRUE(layout) << layout.error().message();
    EXPECT_EQ(layout->subsys_subsysnqn, 152U);
}

TEST(NvmetLayout, NamesWhatIsMissing) {
    for (const auto& [name, members] : known()) {
        Structures without = known();
        without.erase(name);
        const auto layout = find_layout(Types(without).get());
        ASSERT_FALSE(layout);
        EXPECT_THAT(layout.error().message(), HasSubstr("no struct " + name));
    }
    Structures without = known();
    without["nvmet_ctrl"].pop_back();
    EXPECT_THAT(find_layout(Types(without).get()).error().message(),
                HasSubstr("no field nvmet_ctrl.hostnqn"));
    EXPECT_FALSE(find_layout(Types({}).get()));
}

}  // namespace
}  // namespace dnvme::sys
