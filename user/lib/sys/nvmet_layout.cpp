// SPDX-License-Identifier: Apache-2.0
#include "sys/nvmet_layout.h"

#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include "sys/refused.h"

namespace dnvme::sys {
namespace {

constexpr const char* kBase = "/sys/kernel/btf/vmlinux";
constexpr const char* kModule = "/sys/kernel/btf/nvmet";
constexpr std::uint32_t kBitsPerByte = 8;

struct Field {
    const char* structure;
    const char* member;
    std::uint32_t nvmet_mpath_ext_layout::*offset;
};
using Layout = nvmet_mpath_ext_layout;
constexpr std::array kFields = {
    Field{"nvmet_req", "cmd", &Layout::req_cmd},
    Field{"nvmet_req", "cqe", &Layout::req_cqe},
    Field{"nvmet_req", "sq", &Layout::req_sq},
    Field{"nvmet_req", "execute", &Layout::req_execute},
    Field{"nvmet_req", "ops", &Layout::req_ops},
    Field{"nvmet_fabrics_ops", "type", &Layout::ops_type},
    Field{"nvmet_sq", "ctrl", &Layout::sq_ctrl},
    Field{"nvmet_sq", "qid", &Layout::sq_qid},
    Field{"nvmet_ctrl", "subsys", &Layout::ctrl_subsys},
    Field{"nvmet_ctrl", "cntlid", &Layout::ctrl_cntlid},
    Field{"nvmet_ctrl", "hostnqn", &Layout::ctrl_hostnqn},
    Field{"nvmet_subsys", "subsysnqn", &Layout::subsys_subsysnqn},
};

struct FreeBtf {
    void operator()(btf* types) const { btf__free(types); }
};
using Btf = std::unique_ptr<btf, FreeBtf>;

tl::unexpected<Error> no_types(const char* file, int error) {
    return fail(
        Code::precondition,
        fmt::format("{}; hosts cannot change the owner of a volume on a kernel that does not "
                    "tell its types: it needs CONFIG_DEBUG_INFO_BTF and "
                    "CONFIG_DEBUG_INFO_BTF_MODULES",
                    refused(error, std::string("read ") + file).value().message()));
}

/// Bits from the start of a structure; looks into its members without a name too.
std::optional<std::uint32_t> bits_to(const btf& types, const btf_type& in, std::string_view name) {
    for (std::uint32_t i = 0; i < btf_vlen(&in); i++) {
        const btf_member& member = btf_members(&in)[i];
        const std::uint32_t bits = btf_member_bit_offset(&in, i);
        const std::string_view called = btf__name_by_offset(&types, member.name_off);
        if (called == name)
            return bits;
        const btf_type* type = called.empty() ? btf__type_by_id(&types, member.type) : nullptr;
        if (type == nullptr || !btf_is_composite(type))
            continue;
        if (const auto inner = bits_to(types, *type, name))
            return bits + *inner;
    }
    return std::nullopt;
}

Result<std::uint32_t> offset_of(const btf& types, const Field& field) {
    const int id = btf__find_by_name_kind(&types, field.structure, BTF_KIND_STRUCT);
    if (id <= 0)
        return fail(Code::precondition,
                    fmt::format("this kernel's nvmet has no struct {}: nvmet-mpath-ext does not "
                                "know this kernel",
                                field.structure));
    const auto bits =
        bits_to(types, *btf__type_by_id(&types, static_cast<std::uint32_t>(id)), field.member);
    if (!bits || *bits % kBitsPerByte != 0)
        return fail(Code::precondition,
                    fmt::format("this kernel's nvmet has no field {}.{}, or in a place where it "
                                "cannot be: nvmet-mpath-ext does not know this kernel",
                                field.structure, field.member));
    return *bits / kBitsPerByte;
}

}  // namespace

Result<nvmet_mpath_ext_layout> find_layout(const btf& types) {
    nvmet_mpath_ext_layout layout{};
    layout.head = {.version = NVMET_MPATH_EXT_VERSION, .size = sizeof(layout)};
    for (const Field& field : kFields) {
        const auto offset = offset_of(types, field);
        if (!offset)
            return pass(offset.error());
        layout.*field.offset = *offset;
    }
    return layout;
}

Result<nvmet_mpath_ext_layout> running_layout() {
    libbpf_set_print(nullptr);
    const Btf base(btf__parse(kBase, nullptr));
    if (!base)
        return no_types(kBase, errno);
    // Where nvmet is built in, its types are among the kernel's.
    if (std::error_code error; !std::filesystem::exists(kModule, error))
        return find_layout(*base);
    const Btf types(btf__parse_split(kModule, base.get()));
    if (!types)
        return no_types(kModule, errno);
    return find_layout(*types);
}

}  // namespace dnvme::sys
