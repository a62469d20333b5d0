// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/client.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fake_daemon.h"
#include "views.h"

namespace dnvme::ctl {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct StatusCase {
    grpc::StatusCode status;
    int exit_code;
    const char* message;
};

TEST(Client, EveryStatusHasItsExitCodeAndKeepsTheDaemonsWords) {
    FakeDaemon daemon;
    for (const auto& [status, exit_code, message] :
         {StatusCase{grpc::StatusCode::INVALID_ARGUMENT, 1, "the daemon's words"},
          {grpc::StatusCode::NOT_FOUND, 2, "the daemon's words"},
          {grpc::StatusCode::ALREADY_EXISTS, 2, "the daemon's words"},
          {grpc::StatusCode::FAILED_PRECONDITION, 2, "the daemon's words"},
          {grpc::StatusCode::RESOURCE_EXHAUSTED, 2, "the daemon's words"},
          {grpc::StatusCode::INTERNAL, 2, "the daemon's words"},
          {grpc::StatusCode::UNIMPLEMENTED, 2, "update dnvmed"},
          {grpc::StatusCode::UNAVAILABLE, 3, "went away"},
          {grpc::StatusCode::ABORTED, 4, "the daemon's words"}}) {
        daemon.status = grpc::Status(status, "the daemon's words");
        const Ran asked = run({"--socket", daemon.socket(), "info"});
        EXPECT_EQ(asked.exit_code, exit_code) << status;
        EXPECT_THAT(asked.err, StartsWith("dnvmectl: info: ")) << status;
        EXPECT_THAT(asked.err, HasSubstr(message)) << status;
        EXPECT_EQ(asked.out, "") << status;
        const Ran changed = run({"volume", "attach", "v1", "h1", "--socket", daemon.socket()});
        EXPECT_EQ(changed.exit_code, exit_code) << status;
        EXPECT_THAT(changed.err, HasSubstr(message)) << status;
    }
}

TEST(Client, SilentDaemonRunsIntoTheTimeLimit) {
    FakeDaemon daemon;
    daemon.hang = true;
    const Ran asked = run({"--socket", daemon.socket(), "--timeout", "1", "info"});
    EXPECT_EQ(asked.exit_code, 4);
    EXPECT_THAT(asked.err, HasSubstr("has not answered in time"));
}

TEST(Client, MissingSocketSaysHowToLook) {
    const Ran asked = run({"--socket", testing::TempDir() + "no-such-socket", "volume", "list"});
    EXPECT_EQ(asked.exit_code, 3);
    EXPECT_THAT(asked.err, HasSubstr("No such file or directory: is dnvmed running?"));
    EXPECT_THAT(asked.err, HasSubstr("systemctl status dnvmed"));
}

TEST(Client, SocketOfADeadDaemonSaysHowToLook) {
    const std::string path = testing::TempDir() + "dead-" + std::to_string(getpid());
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    close(fd);
    const Ran asked = run({"--socket", path, "info"});
    unlink(path.c_str());
    EXPECT_EQ(asked.exit_code, 3);
    EXPECT_THAT(asked.err, HasSubstr("Connection refused: is dnvmed running?"));
}

TEST(Client, PathThatNoSocketCanHaveIsAUsageError) {
    const Ran asked = run({"--socket", std::string(200, 'x'), "info"});
    EXPECT_EQ(asked.exit_code, 1);
    EXPECT_THAT(asked.err, HasSubstr("give 1 to 107 characters"));
}

TEST(Client, AttachPrintsWhatTheHostRuns) {
    FakeDaemon daemon;
    daemon.volume = make_volume_view();
    *daemon.hosts.add_hosts() = make_host_view();
    const Ran attached = run({"--socket", daemon.socket(), "-v", "volume", "attach", "v1", "h1"});
    EXPECT_EQ(attached.exit_code, 0);
    EXPECT_EQ(attached.out,
              "nvme connect -t tcp -a 192.0.2.1 -s 4420 -n nqn.v1 -q nqn.h1\n"
              "nvme connect -t tcp -a 2001:db8::1 -s 4420 -n nqn.v1 -q nqn.h1\n");
    EXPECT_EQ(attached.err, "1/1 do it\n");
    EXPECT_EQ(daemon.attach_request.volume(), "v1");
    EXPECT_EQ(daemon.attach_request.host(), "h1");
}

TEST(Client, AttachToAHostThatVanishesSaysThatItIsDone) {
    FakeDaemon daemon;
    daemon.volume = make_volume_view();
    const Ran attached = run({"--socket", daemon.socket(), "volume", "attach", "v1", "h1"});
    EXPECT_EQ(attached.exit_code, 2);
    EXPECT_THAT(attached.err, HasSubstr("attached, but host 'h1' has been deleted meanwhile"));
}

TEST(Client, DryRunOfAttachShowsThePlan) {
    FakeDaemon daemon;
    const Ran ran = run({"--socket", daemon.socket(), "volume", "attach", "v1", "h1", "--dry-run"});
    EXPECT_EQ(ran.out, "do it\n1 action; nothing was changed\n");
    EXPECT_TRUE(daemon.attach_request.dry_run());
}

}  // namespace
}  // namespace dnvme::ctl
