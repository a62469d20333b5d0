// SPDX-License-Identifier: Apache-2.0
#include "store/etcd_member.h"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string_view>

#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

namespace dnvme::store {

namespace {

constexpr std::string_view kPlain = "http://";
constexpr std::string_view kTls = "https://";

/// "address:port" of a URL. Errors: invalid.
Result<std::string> target_of(const std::string& url) {
    const std::size_t start = url.starts_with(kTls) ? kTls.size() : kPlain.size();
    const bool known = url.starts_with(kTls) || url.starts_with(kPlain);
    const std::string target = known ? url.substr(start) : "";
    const std::size_t colon = target.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == target.size() ||
        target.find_first_of("/@?# ") != std::string::npos) {
        return fail(Code::invalid, fmt::format("etcd endpoint '{}' must be http://address:port or "
                                               "https://address:port",
                                               url));
    }
    return target;
}

Status read_pem(const std::string& path, std::string& text) {
    if (path.empty()) {
        return {};
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return fail(Code::invalid,
                    fail_errno(errno, fmt::format("read {}", path)).value().message());
    }
    text.assign(std::istreambuf_iterator<char>(file), {});
    return {};
}

Result<std::shared_ptr<grpc::ChannelCredentials>> tls_credentials(const EtcdOptions& options) {
    grpc::SslCredentialsOptions pem;
    for (const auto& [path, text] : {std::pair(&options.ca_file, &pem.pem_root_certs),
                                     std::pair(&options.cert_file, &pem.pem_cert_chain),
                                     std::pair(&options.key_file, &pem.pem_private_key)}) {
        if (auto read = read_pem(*path, *text); !read) {
            return pass(read.error());
        }
    }
    return grpc::SslCredentials(pem);
}

grpc::ChannelArguments channel_arguments(const EtcdOptions& options) {
    grpc::ChannelArguments arguments;
    // A list of all records may be of any size.
    arguments.SetMaxReceiveMessageSize(-1);
    // Nobody stands between us and etcd, whatever the environment says about proxies.
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    // A member that comes back is noticed soon; another one serves meanwhile.
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
    const int keepalive = static_cast<int>(options.keepalive.count());
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, keepalive);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, keepalive / 2);
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    return arguments;
}

std::unique_ptr<EtcdClient::Member> make_member(const std::string& url,
                                                const std::shared_ptr<grpc::Channel>& channel) {
    auto member = std::make_unique<EtcdClient::Member>();
    member->url = url;
    member->channel = channel;
    member->kv = etcdserverpb::KV::NewStub(channel);
    member->watch = etcdserverpb::Watch::NewStub(channel);
    member->lease = etcdserverpb::Lease::NewStub(channel);
    member->auth = etcdserverpb::Auth::NewStub(channel);
    return member;
}

}  // namespace

Result<std::vector<std::unique_ptr<EtcdClient::Member>>> make_members(const EtcdOptions& options) {
    if (options.endpoints.empty()) {
        return fail(Code::invalid, "etcd needs one endpoint or more");
    }
    const auto tls = tls_credentials(options);
    if (!tls) {
        return pass(tls.error());
    }
    const auto plain = grpc::InsecureChannelCredentials();
    std::vector<std::unique_ptr<EtcdClient::Member>> members;
    for (const std::string& url : options.endpoints) {
        const auto target = target_of(url);
        if (!target) {
            return pass(target.error());
        }
        members.push_back(make_member(
            url, grpc::CreateCustomChannel(*target, url.starts_with(kTls) ? *tls : plain,
                                           channel_arguments(options))));
        members.back()->index = members.size() - 1;
    }
    return members;
}

}  // namespace dnvme::store
