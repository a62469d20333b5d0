// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "store/etcd.h"

/// Processes of etcd for tests: on free ports of the loopback, ended with the test, however it
/// ends.
namespace dnvme::store {

/// Whether this machine has an etcd; tests that need one are skipped otherwise.
bool has_etcd();

/// Files for TLS on 127.0.0.1, made by openssl in a directory.
struct Pem {
    explicit Pem(const std::string& directory);
    std::string ca;
    std::string cert;
    std::string key;
};

/// The members of one etcd, running.
class EtcdServers {
  public:
    /// Data and logs below @p directory; @p options for each member; with @p tls clients need a
    /// certificate.
    EtcdServers(std::string directory, std::size_t count, std::vector<std::string> options = {},
                const Pem* tls = nullptr);
    EtcdServers(const EtcdServers&) = delete;
    EtcdServers& operator=(const EtcdServers&) = delete;
    ~EtcdServers();

    [[nodiscard]] std::vector<std::string> endpoints() const;
    /// For a client of that name; patient.
    [[nodiscard]] EtcdOptions options(const std::string& client) const;
    /// Which member leads, as soon as all that run agree; waits for it.
    std::size_t leader();

    void kill(std::size_t member);
    void stop(std::size_t member);
    void resume(std::size_t member);
    /// Again after kill(), with what it had.
    void start(std::size_t member);

    /// Makes user root with this password and switches authentication on.
    void set_password(const std::string& password);

  private:
    struct Member {
        std::string client_url;
        std::string peer_url;
        pid_t pid = 0;
    };

    bool start_all();
    bool is_alive(Member& member);
    [[nodiscard]] std::vector<std::string> command(std::size_t member) const;
    [[nodiscard]] std::string initial_cluster() const;
    [[nodiscard]] bool is_ready() const;

    const std::string directory_;
    const std::vector<std::string> options_;
    const Pem* tls_;
    std::vector<Member> members_;
};

}  // namespace dnvme::store
