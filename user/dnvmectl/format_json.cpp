// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/formatter.h"
#include "dnvmectl/json.h"
#include "dnvmectl/timeline.h"
#include "dnvmectl/verdict.h"
#include "dnvmectl/words.h"

namespace dnvme::ctl {

namespace {

using nlohmann::ordered_json;

ordered_json connection(const v1::Portal& portal, const v1::ControllerView& controller,
                        const Attachment& attachment) {
    const std::string& subsystem = controller.subsystem_nqn();
    const std::string& host = attachment.host.host().nqn();
    return {{"controller", controller.number()},
            {"transport", "tcp"},
            {"address", portal.address()},
            {"port", portal.port()},
            {"subsystem_nqn", subsystem},
            {"host_nqn", host},
            {"command", connect_command(portal, subsystem, host)}};
}

ordered_json of_head(const v1::HeadView& view, const v1::PathView& path) {
    ordered_json document = {{"head", view.head().name()}};
    document.update(to_json(path));
    return document;
}

/// One JSON document a command, of events one a line; nothing else.
class JsonFormatter final : public Formatter {
  public:
    explicit JsonFormatter(std::ostream& out) : out_(out) {}

    void info(const v1::Info& info) override { print(to_json(info)); }

    void show(const v1::ClusterView& view) override { print(to_json(view)); }
    void status(const v1::ClusterStatus& status) override {
        ordered_json document = to_json(status);
        document["verdict"] = verdict(status).text;
        print(document);
    }
    void happened(const v1::ClusterEvent& event) override {
        out_ << text(to_json(event), kOneLine) << std::endl;
    }

    void list(const v1::NodeList& nodes) override { print(to_json(nodes)); }
    void list(const v1::DiskList& disks) override { print(to_json(disks)); }
    void list(const v1::VolumeList& volumes) override { print(to_json(volumes)); }
    void list(const v1::HostList& hosts) override { print(to_json(hosts)); }
    void list(const v1::HeadList& heads) override { print(to_json(heads)); }
    void list_paths(const v1::HeadList& heads) override {
        ordered_json paths = ordered_json::array();
        for (const v1::HeadView& view : heads.heads()) {
            for (const v1::PathView& path : view.paths()) {
                paths.push_back(of_head(view, path));
            }
        }
        print({{"paths", std::move(paths)}});
    }

    void show(const v1::NodeView& view) override { print(to_json(view)); }
    void show(const v1::DiskView& view) override { print(to_json(view)); }
    void show(const v1::VolumeView& view, const DisksByUuid& /*disks*/) override {
        print(to_json(view));
    }
    void show(const v1::HostView& view) override { print(to_json(view)); }
    void show(const v1::HeadView& view) override { print(to_json(view)); }
    void show_path(const v1::HeadView& view, const v1::PathView& path) override {
        print(of_head(view, path));
    }

    void plan(const v1::Plan& plan) override { print(to_json(plan)); }

    void created(const v1::NodeView& view) override { print(to_json(view)); }
    void created(const v1::DiskView& view) override { print(to_json(view)); }
    void created(const v1::VolumeView& view) override { print(to_json(view)); }
    void created(const v1::HostView& view) override { print(to_json(view)); }
    void created(const v1::HeadView& view) override { print(to_json(view)); }
    void changed(const v1::NodeView& view) override { print(to_json(view)); }
    void changed(const v1::DiskView& view) override { print(to_json(view)); }
    void changed(const v1::HeadView& view, const std::string& /*what*/) override {
        print(to_json(view));
    }

    void deleted(const std::string& noun, const std::string& name) override {
        print({{"deleted", {{"kind", noun}, {"name", name}}}});
    }

    void attached(const Attachment& attachment) override {
        ordered_json connections = ordered_json::array();
        for (const v1::ControllerView& controller : attachment.volume.controllers()) {
            for (const v1::Portal& portal : controller.portals()) {
                connections.push_back(connection(portal, controller, attachment));
            }
        }
        print({{"volume", attachment.volume.volume().name()},
               {"host", attachment.host.host().name()},
               {"connect", std::move(connections)}});
    }

    void detached(const v1::VolumeView& volume, const std::string& /*host*/) override {
        print(to_json(volume));
    }

    void activated(const v1::VolumeView& view) override { print(to_json(view)); }
    void failover(const v1::VolumeView& view, const DisksByUuid& disks) override {
        ordered_json steps = ordered_json::array();
        const auto moments = timeline(view, disks);
        for (const Moment& moment : moments) {
            ordered_json step = {{"step", moment.what}};
            if (moment.at_unix_ms != 0) {
                step["at_unix_ms"] = moment.at_unix_ms;
                step["after_ms"] = milliseconds_after(moments, moment);
            }
            steps.push_back(std::move(step));
        }
        print({{"volume", view.volume().name()},
               {"epoch", view.volume().epoch()},
               {"from", view.volume().handover().from()},
               {"owner", view.volume().owner()},
               {"steps", steps}});
    }
    void connections(const std::vector<ConnectionState>& states) override {
        ordered_json list = ordered_json::array();
        for (const ConnectionState& state : states) {
            const Connection& connection = state.connection;
            list.push_back({{"volume", connection.volume},
                            {"controller", connection.controller},
                            {"transport", "tcp"},
                            {"address", connection.address},
                            {"port", connection.port},
                            {"subsystem_nqn", connection.subsystem_nqn},
                            {"state", state.state}});
        }
        print({{"connections", std::move(list)}});
    }

    void renamed(const v1::VolumeView& view, const std::string& /*old*/) override {
        print(to_json(view));
    }
    void replaced(const v1::DiskView& view, const std::string& /*old*/) override {
        print(to_json(view));
    }
    void resized(const v1::VolumeView& view) override { print(to_json(view)); }

    void backed_up(const BackupWritten& backup) override {
        ordered_json document = {{"file", backup.file}, {"size_bytes", backup.bytes}};
        document.update(to_json(backup.header));
        print(document);
    }
    void restored(const v1::RestoreResult& result) override { print(to_json(result)); }
    void migrated(const v1::MigrateResult& result, const std::string& /*config*/) override {
        print(to_json(result));
    }

  private:
    static constexpr int kIndent = 2;
    static constexpr int kOneLine = -1;

    // What is not UTF-8 is replaced, not thrown at the user.
    static std::string text(const ordered_json& document, int indent) {
        return document.dump(indent, ' ', false, ordered_json::error_handler_t::replace);
    }
    void print(const ordered_json& document) { out_ << text(document, kIndent) << '\n'; }

    std::ostream& out_;
};

}  // namespace

std::unique_ptr<Formatter> make_json_formatter(std::ostream& out) {
    return std::make_unique<JsonFormatter>(out);
}

}  // namespace dnvme::ctl
