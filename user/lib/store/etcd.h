// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace dnvme::store {

/// How to reach an etcd of version 3.4 or later. A value.
struct EtcdOptions {
    /// Members of one etcd, each as "http://address:port" or "https://address:port"; IPv6 addresses
    /// in brackets. The next one is taken when one does not answer.
    std::vector<std::string> endpoints{};
    /// Who we are among those that use this etcd: a node's name, for one process at a time.
    std::string client{};

    std::string ca_file{};    ///< PEM; empty: the certificates that the system trusts
    std::string cert_file{};  ///< PEM; of the client, if etcd asks for one
    std::string key_file{};   ///< PEM; of the client
    std::string user{};       ///< empty: etcd has no users
    std::string password{};

    /// For one answer of one member.
    std::chrono::milliseconds attempt_timeout{3000};
    /// For a call with all its repetitions.
    std::chrono::milliseconds timeout{10000};
    /// A watch whose member is silent for so long asks it whether it still lives (etcd refuses to
    /// be asked more often than every 5 s), and goes elsewhere after half of it more.
    std::chrono::milliseconds keepalive{10000};
};

/// A store in etcd, under the keys as they are. Does not connect yet: every call does when it needs
/// to. Errors: invalid (an endpoint, a file that cannot be read; says which).
Result<std::unique_ptr<Store>> open_etcd(const EtcdOptions& options);

}  // namespace dnvme::store
