// SPDX-License-Identifier: Apache-2.0
#include "etcd_server.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <set>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "etcd/rpc.grpc.pb.h"
#include "files.h"

namespace dnvme::store {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kStartUp{60};
constexpr std::chrono::milliseconds kPause{50};
constexpr const char* kEtcd = "/usr/bin/etcd";

/// Free now; somebody else may take it before etcd does, which ends etcd then.
std::uint16_t free_port() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    socklen_t length = sizeof(address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(fd, generic, length), 0);
    EXPECT_EQ(getsockname(fd, generic, &length), 0);
    close(fd);
    return ntohs(address.sin_port);
}

/// Its output is appended to a file. It is killed when the thread that calls this ends.
pid_t spawn(std::vector<std::string> command, const std::string& log) {
    command.insert(command.begin(), {"setpriv", "--pdeathsig", "KILL"});
    std::vector<char*> argv;
    argv.reserve(command.size() + 1);
    for (std::string& word : command) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
    pid_t pid = 0;
    EXPECT_EQ(posix_spawnp(&pid, argv[0], &files, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&files);
    return pid;
}

void run(const std::string& command) {
    EXPECT_EQ(std::system((command + " 2>/dev/null").c_str()), 0) << command;
}

template <class Service>
std::unique_ptr<typename Service::Stub> stub(const std::string& url) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    return Service::NewStub(grpc::CreateCustomChannel(
        url.substr(url.rfind('/') + 1), grpc::InsecureChannelCredentials(), arguments));
}

/// Id of a member and of the leader that it knows, both 0 while it knows none.
std::pair<std::uint64_t, std::uint64_t> status_of(const std::string& url) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(2));
    etcdserverpb::StatusResponse response;
    const auto status = stub<etcdserverpb::Maintenance>(url)->Status(
        &context, etcdserverpb::StatusRequest(), &response);
    if (!status.ok() || response.leader() == 0) {
        return {};
    }
    return {response.header().member_id(), response.leader()};
}

}  // namespace

bool has_etcd() {
    return access(kEtcd, X_OK) == 0;
}

Pem::Pem(const std::string& directory)
    : ca(directory + "/ca.pem"), cert(directory + "/cert.pem"), key(directory + "/key.pem") {
    const std::string make =
        "openssl req -x509 -days 2 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 ";
    const std::string ca_key = directory + "/ca-key.pem";
    run(make + fmt::format("-subj /CN=ca -keyout {} -out {}", ca_key, ca));
    run(make + fmt::format("-subj /CN=etcd -addext subjectAltName=IP:127.0.0.1 "
                           "-addext basicConstraints=critical,CA:FALSE "
                           "-CA {} -CAkey {} -keyout {} -out {}",
                           ca, ca_key, key, cert));
}

EtcdServers::EtcdServers(std::string directory, std::size_t count, std::vector<std::string> options,
                         const Pem* tls)
    : directory_(std::move(directory)), options_(std::move(options)), tls_(tls), members_(count) {
    constexpr int kTries = 5;
    bool started = false;
    for (int i = 0; i < kTries && !started; ++i) {
        started = start_all();
    }
    EXPECT_TRUE(started) << read_file(directory_ + "/0.log");
}

EtcdServers::~EtcdServers() {
    for (std::size_t i = 0; i < members_.size(); ++i) {
        kill(i);
    }
}

std::vector<std::string> EtcdServers::endpoints() const {
    std::vector<std::string> urls;
    for (const Member& member : members_) {
        urls.push_back(member.client_url);
    }
    return urls;
}

EtcdOptions EtcdServers::options(const std::string& client) const {
    EtcdOptions options;
    options.endpoints = endpoints();
    options.client = client;
    options.timeout = std::chrono::seconds(120);
    return options;
}

std::size_t EtcdServers::leader() {
    const auto deadline = Clock::now() + kStartUp;
    while (Clock::now() < deadline) {
        std::set<std::uint64_t> leaders;
        std::size_t found = 0;
        for (std::size_t i = 0; i < members_.size(); ++i) {
            if (members_[i].pid == 0) {
                continue;
            }
            const auto [id, leader] = status_of(members_[i].client_url);
            leaders.insert(leader);
            found = id == leader && id != 0 ? i : found;
        }
        if (leaders.size() == 1 && !leaders.contains(0)) {
            return found;
        }
        std::this_thread::sleep_for(kPause);
    }
    ADD_FAILURE() << "etcd elects no leader";
    return 0;
}

void EtcdServers::kill(std::size_t member) {
    pid_t& pid = members_[member].pid;
    if (pid > 0) {
        ::kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
        pid = 0;
    }
}

void EtcdServers::stop(std::size_t member) {
    ::kill(members_[member].pid, SIGSTOP);
}

void EtcdServers::resume(std::size_t member) {
    ::kill(members_[member].pid, SIGCONT);
}

void EtcdServers::start(std::size_t member) {
    members_[member].pid = spawn(command(member), fmt::format("{}/{}.log", directory_, member));
}

void EtcdServers::set_password(const std::string& password) {
    const auto auth = stub<etcdserverpb::Auth>(members_[0].client_url);
    const auto call = [&](auto method, const auto& request, auto response) {
        grpc::ClientContext context;
        const grpc::Status status = ((*auth).*method)(&context, request, &response);
        EXPECT_TRUE(status.ok()) << status.error_message();
    };
    using Stub = etcdserverpb::Auth::Stub;
    etcdserverpb::AuthUserAddRequest user;
    user.set_name("root");
    user.set_password(password);
    call(&Stub::UserAdd, user, etcdserverpb::AuthUserAddResponse());
    etcdserverpb::AuthRoleAddRequest role;
    role.set_name("root");
    call(&Stub::RoleAdd, role, etcdserverpb::AuthRoleAddResponse());
    etcdserverpb::AuthUserGrantRoleRequest grant;
    grant.set_user("root");
    grant.set_role("root");
    call(&Stub::UserGrantRole, grant, etcdserverpb::AuthUserGrantRoleResponse());
    call(&Stub::AuthEnable, etcdserverpb::AuthEnableRequest(), etcdserverpb::AuthEnableResponse());
}

/// False: some port was taken meanwhile. All of them are ended then, to be started on others.
bool EtcdServers::start_all() {
    for (std::size_t i = 0; i < members_.size(); ++i) {
        std::filesystem::remove_all(fmt::format("{}/{}", directory_, i));
        std::filesystem::remove(fmt::format("{}/{}.log", directory_, i));
        members_[i].client_url =
            fmt::format("{}://127.0.0.1:{}", tls_ == nullptr ? "http" : "https", free_port());
        members_[i].peer_url = fmt::format("http://127.0.0.1:{}", free_port());
    }
    for (std::size_t i = 0; i < members_.size(); ++i) {
        start(i);
    }
    const auto deadline = Clock::now() + kStartUp;
    while (Clock::now() < deadline && !is_ready()) {
        if (!std::ranges::all_of(members_, [this](Member& member) { return is_alive(member); })) {
            break;
        }
        std::this_thread::sleep_for(kPause);
    }
    if (is_ready()) {
        return true;
    }
    for (std::size_t i = 0; i < members_.size(); ++i) {
        kill(i);
    }
    return false;
}

bool EtcdServers::is_alive(Member& member) {
    if (member.pid > 0 && waitpid(member.pid, nullptr, WNOHANG) == member.pid) {
        member.pid = 0;
    }
    return member.pid > 0;
}

std::vector<std::string> EtcdServers::command(std::size_t member) const {
    const Member& self = members_[member];
    const std::string data = fmt::format("{}/{}", directory_, member);
    std::vector<std::string> words = {kEtcd,
                                      "--name",
                                      fmt::format("m{}", member),
                                      "--data-dir",
                                      data,
                                      "--listen-client-urls",
                                      self.client_url,
                                      "--advertise-client-urls",
                                      self.client_url,
                                      "--listen-peer-urls",
                                      self.peer_url,
                                      "--initial-advertise-peer-urls",
                                      self.peer_url,
                                      "--initial-cluster",
                                      initial_cluster()};
    if (tls_ != nullptr) {
        words.insert(words.end(), {"--cert-file", tls_->cert, "--key-file", tls_->key,
                                   "--trusted-ca-file", tls_->ca, "--client-cert-auth"});
    }
    words.insert(words.end(), options_.begin(), options_.end());
    return words;
}

std::string EtcdServers::initial_cluster() const {
    std::string all;
    for (std::size_t i = 0; i < members_.size(); ++i) {
        all += fmt::format("{}m{}={}", i == 0 ? "" : ",", i, members_[i].peer_url);
    }
    return all;
}

/// Every member says so in its log once it has joined a leader; its words are older than 3.4.
bool EtcdServers::is_ready() const {
    for (std::size_t i = 0; i < members_.size(); ++i) {
        const std::string log = read_file(fmt::format("{}/{}.log", directory_, i));
        if (log.find("ready to serve client requests") == std::string::npos) {
            return false;
        }
    }
    return true;
}

}  // namespace dnvme::store
