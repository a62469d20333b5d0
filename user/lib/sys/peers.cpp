// SPDX-License-Identifier: Apache-2.0
#include "sys/peers.h"

#include <array>
#include <cerrno>
#include <ctime>
#include <memory>
#include <vector>

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>

namespace dnvme::sys {
namespace {

struct Close {
    void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
};
using Socket = std::unique_ptr<mnl_socket, Close>;

struct Search {
    const std::set<std::uint16_t>& ports;
    std::set<std::string> found{};
};

int take(const nlmsghdr* header, void* data) {
    auto& search = *static_cast<Search*>(data);
    const auto* message = static_cast<const inet_diag_msg*>(mnl_nlmsg_get_payload(header));
    if (mnl_nlmsg_get_payload_len(header) < sizeof *message ||
        !search.ports.contains(ntohs(message->id.idiag_sport)))
        return MNL_CB_OK;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (inet_ntop(message->idiag_family, &message->id.idiag_dst[0], text.data(), text.size()) !=
        nullptr)
        search.found.insert(text.data());
    return MNL_CB_OK;
}

/// All established ones: the kernel's own filter takes one port only.
std::vector<char> make_request(std::uint8_t family) {
    std::vector<char> buffer(MNL_SOCKET_BUFFER_SIZE);
    nlmsghdr* header = mnl_nlmsg_put_header(buffer.data());
    header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
    header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    auto* request = static_cast<inet_diag_req_v2*>(
        mnl_nlmsg_put_extra_header(header, sizeof(inet_diag_req_v2)));
    request->sdiag_family = family;
    request->sdiag_protocol = IPPROTO_TCP;
    request->idiag_states = 1U << TCP_ESTABLISHED;
    buffer.resize(header->nlmsg_len);
    return buffer;
}

Status search_family(mnl_socket* socket, std::uint8_t family, Search& search) {
    const std::vector<char> request = make_request(family);
    if (mnl_socket_sendto(socket, request.data(), request.size()) < 0)
        return fail_errno(errno, "ask the kernel for TCP connections");
    std::vector<char> answer(MNL_SOCKET_BUFFER_SIZE);
    int more = MNL_CB_OK;
    while (more > MNL_CB_STOP) {
        const auto length = mnl_socket_recvfrom(socket, answer.data(), answer.size());
        more = length < 0 ? MNL_CB_ERROR
                          : mnl_cb_run(answer.data(), static_cast<std::size_t>(length), 0,
                                       mnl_socket_get_portid(socket), take, &search);
    }
    if (more < 0)
        return fail_errno(errno, "read the kernel's TCP connections");
    return {};
}

}  // namespace

Result<std::set<std::string>> connected_peers(const std::set<std::uint16_t>& ports) {
    const Socket socket(mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC));
    if (!socket || mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0)
        return fail_errno(errno, "open a sock_diag socket");
    Search search{.ports = ports};
    for (const std::uint8_t family : {AF_INET, AF_INET6}) {
        if (Status done = search_family(socket.get(), family, search); !done)
            return pass(done.error());
    }
    return std::move(search.found);
}

}  // namespace dnvme::sys
