// SPDX-License-Identifier: Apache-2.0
#include "sys/modules.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <memory>

#include <fmt/format.h>
#include <libkmod.h>
#include <sys/utsname.h>

#include "base/words.h"
#include "sys/refused.h"

namespace dnvme::sys {
namespace {

struct FreeContext {
    void operator()(kmod_ctx* context) const { kmod_unref(context); }
};
struct FreeModule {
    void operator()(kmod_module* module) const { kmod_module_unref(module); }
};
struct FreeList {
    void operator()(kmod_list* list) const { kmod_module_unref_list(list); }
};
using Context = std::unique_ptr<kmod_ctx, FreeContext>;
using Module = std::unique_ptr<kmod_module, FreeModule>;
using List = std::unique_ptr<kmod_list, FreeList>;

std::string kernel_release() {
    utsname names{};
    ::uname(&names);
    return names.release;
}

Context open_kmod() {
    Context context(kmod_new(nullptr, nullptr));
    if (context)
        kmod_set_log_fn(
            context.get(), [](void*, int, const char*, int, const char*, const char*, va_list) {},
            nullptr);
    return context;
}

tl::unexpected<Error> missing(const std::string& module) {
    const std::string name = module_name(module);
    const bool own = name == "dm_dnvme" || name.find("mpath_ext") != std::string::npos;
    return fail(Code::not_found,
                fmt::format("module {} is missing for kernel {}: {}", module, kernel_release(),
                            own ? "install package dnvme-dkms, which builds it"
                                : "install the kernel's own package of modules"));
}

Status insert(kmod_list* found, const std::string& module) {
    kmod_list* item = nullptr;
    kmod_list_foreach(item, found) {
        const Module each(kmod_module_get_module(item));
        const int error =
            kmod_module_probe_insert_module(each.get(), 0, nullptr, nullptr, nullptr, nullptr);
        if (error == -ENOENT)
            return missing(module);
        if (error < 0)
            return refused(-error, "load module " + module);
    }
    return {};
}

}  // namespace

std::string module_name(std::string_view name) {
    std::string underscored(name);
    std::replace(underscored.begin(), underscored.end(), '-', '_');
    return underscored;
}

std::set<std::string> parse_builtin(std::string_view text) {
    constexpr std::string_view kSuffix = ".ko";
    std::set<std::string> names;
    for (const std::string& path : split_words(text)) {
        if (!path.ends_with(kSuffix))
            continue;
        const std::size_t begin = path.rfind('/') + 1;  // 0 if there is no '/'
        names.insert(module_name(path.substr(begin, path.size() - kSuffix.size() - begin)));
    }
    return names;
}

Status load_module(const std::string& module) {
    const Context context = open_kmod();
    if (!context)
        return refused(ENOMEM, "open libkmod");
    kmod_list* raw = nullptr;
    const int error = kmod_module_new_from_lookup(context.get(), module.c_str(), &raw);
    const List found(raw);
    if (error < 0)
        return refused(-error, "look up module " + module);
    return found ? insert(found.get(), module) : Status(missing(module));
}

Result<std::set<std::string>> loaded_modules() {
    const Context context = open_kmod();
    kmod_list* raw = nullptr;
    const int error = context ? kmod_module_new_from_loaded(context.get(), &raw) : -ENOMEM;
    const List loaded(raw);
    if (error < 0)
        return refused(-error, "list modules");
    std::ifstream builtin("/lib/modules/" + kernel_release() + "/modules.builtin");
    std::set<std::string> names =
        parse_builtin(std::string(std::istreambuf_iterator<char>(builtin), {}));
    kmod_list* item = nullptr;
    kmod_list_foreach(item, loaded.get()) {
        const Module each(kmod_module_get_module(item));
        names.insert(module_name(kmod_module_get_name(each.get())));
    }
    return names;
}

}  // namespace dnvme::sys
