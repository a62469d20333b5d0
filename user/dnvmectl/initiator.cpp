// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/initiator.h"

#include <cerrno>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>
#include <libnvme.h>

namespace dnvme::ctl {

namespace {

/// A target that does not answer is noticed after five seconds and tried again every two. Nobody
/// gives up for the user: I/O waits until the volume is back (L7).
constexpr int kKeepAliveSeconds = 5;
constexpr int kReconnectSeconds = 2;
constexpr int kNever = -1;

struct FreeTree {
    void operator()(nvme_root* root) const { nvme_free_tree(root); }
};
using Tree = std::unique_ptr<nvme_root, FreeTree>;

using Text = std::unique_ptr<char, decltype(&std::free)>;

std::string text_of(const char* text) {
    return text == nullptr ? "" : text;
}

/// What the kernel has now.
Tree scan() {
    Tree tree(nvme_create_root(nullptr, 0));
    if (tree) {
        nvme_scan_topology(tree.get(), nullptr, nullptr);
    }
    return tree;
}

/// Calls @p look with every controller over TCP.
template <class Look>
void for_each_controller(const Tree& tree, Look look) {
    for (nvme_host_t h = nvme_first_host(tree.get()); h != nullptr;
         h = nvme_next_host(tree.get(), h)) {
        for (nvme_subsystem_t s = nvme_first_subsystem(h); s != nullptr;
             s = nvme_next_subsystem(h, s)) {
            for (nvme_ctrl_t c = nvme_subsystem_first_ctrl(s); c != nullptr;
                 c = nvme_subsystem_next_ctrl(s, c)) {
                if (text_of(nvme_ctrl_get_transport(c)) == "tcp") {
                    look(c);
                }
            }
        }
    }
}

Connection connection_of(nvme_ctrl_t c) {
    return {.volume = {},
            .controller = 0,
            .address = text_of(nvme_ctrl_get_traddr(c)),
            .port = static_cast<std::uint32_t>(
                std::strtoul(text_of(nvme_ctrl_get_trsvcid(c)).c_str(), nullptr, 10)),
            .subsystem_nqn = text_of(nvme_subsystem_get_nqn(nvme_ctrl_get_subsystem(c)))};
}

nvme_fabrics_config settings() {
    nvme_fabrics_config config{};
    nvmf_default_config(&config);
    config.keep_alive_tmo = kKeepAliveSeconds;
    config.reconnect_delay = kReconnectSeconds;
    config.ctrl_loss_tmo = kNever;
    return config;
}

tl::unexpected<Error> refused(int reason, const std::string& what) {
    auto error = fail_errno(reason, what);
    if (reason == EACCES || reason == EPERM) {
        return fail(Code::precondition, error.value().message() + ": be root");
    }
    if (reason == ENOENT) {
        return fail(Code::precondition, error.value().message() + ": run 'modprobe nvme-tcp'");
    }
    return error;
}

class LibNvme final : public Initiator {
  public:
    Result<std::string> host_nqn() override {
        const Text nqn(nvmf_hostnqn_from_file(), &std::free);
        if (!nqn) {
            return fail(Code::precondition,
                        "this machine has no NQN in /etc/nvme/hostnqn: 'nvme gen-hostnqn' makes "
                        "one");
        }
        return std::string(nqn.get());
    }

    Result<std::vector<Connection>> connections() override {
        const Tree tree = scan();
        std::vector<Connection> found;
        if (tree) {
            for_each_controller(tree, [&](nvme_ctrl_t c) { found.push_back(connection_of(c)); });
        }
        return found;
    }

    Status connect(const Connection& connection) override {
        const auto nqn = host_nqn();
        if (!nqn) {
            return pass(nqn.error());
        }
        const Text id(nvmf_hostid_from_file(), &std::free);
        const Tree tree(nvme_create_root(nullptr, 0));
        nvme_host_t host = tree ? nvme_lookup_host(tree.get(), nqn->c_str(), id.get()) : nullptr;
        nvme_ctrl_t c = host == nullptr
                            ? nullptr
                            : nvme_create_ctrl(tree.get(), connection.subsystem_nqn.c_str(), "tcp",
                                               connection.address.c_str(), nullptr, nullptr,
                                               std::to_string(connection.port).c_str());
        if (c == nullptr) {
            return refused(errno, "connect to " + to_string(connection));
        }
        const nvme_fabrics_config config = settings();
        if (nvmf_add_ctrl(host, c, &config) != 0) {
            const int reason = errno;
            nvme_free_ctrl(c);
            return refused(reason, "connect to " + to_string(connection));
        }
        return {};
    }

    Status disconnect(const Connection& connection) override {
        const Tree tree = scan();
        if (!tree) {
            return {};
        }
        Status done;
        for_each_controller(tree, [&](nvme_ctrl_t c) {
            if (same_way(connection_of(c), connection) && nvme_disconnect_ctrl(c) != 0) {
                done = refused(errno, "disconnect from " + to_string(connection));
            }
        });
        return done;
    }
};

}  // namespace

std::unique_ptr<Initiator> open_initiator() {
    return std::make_unique<LibNvme>();
}

}  // namespace dnvme::ctl
