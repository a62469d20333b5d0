// SPDX-License-Identifier: Apache-2.0
// Asks the kernel of the machine that runs the tests.
#include "sys/peers.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/fd.h"

namespace dnvme::sys {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A TCP connection from 127.0.0.1 to a port of this machine.
class Connection {
  public:
    Connection() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(bind(server_.get(), generic, length), 0);
        EXPECT_EQ(listen(server_.get(), 1), 0);
        EXPECT_EQ(getsockname(server_.get(), generic, &length), 0);
        port_ = ntohs(address.sin_port);
        EXPECT_EQ(connect(client_.get(), generic, length), 0);
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    const Fd server_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const Fd client_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::uint16_t port_ = 0;
};

TEST(Peers, AreThoseOfTheGivenPorts) {
    const Connection connection;
    const auto found = connected_peers({connection.port()});
    if (!found) {
        GTEST_SKIP() << found.error().message();
    }
    EXPECT_THAT(*found, ElementsAre("127.0.0.1"));
    EXPECT_THAT(connected_peers({}).value(), IsEmpty());
}

TEST(Peers, AreGoneWithTheirConnections) {
    std::uint16_t port = 0;
    {
        const Connection connection;
        port = connection.port();
    }
    const auto found = connected_peers({port});
    if (!found) {
        GTEST_SKIP() << found.error().message();
    }
    EXPECT_THAT(*found, IsEmpty());
}

}  // namespace
}  // namespace dnvme::sys
