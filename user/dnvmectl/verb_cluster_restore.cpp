// SPDX-License-Identifier: Apache-2.0
#include "base/whole_file.h"
#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

constexpr std::size_t kPartBytes = 1U << 20U;

struct Arguments {
    std::string file;
    v1::RestoreOptions options;
};

/// Hands out the options, then the file piece by piece.
auto parts_of(const v1::RestoreOptions& options, const std::string& bytes) {
    return [&options, &bytes, at = std::size_t{0}, begun = false](v1::RestorePart& part) mutable {
        if (!begun) {
            *part.mutable_options() = options;
            begun = true;
            return true;
        }
        if (at >= bytes.size()) {
            return false;
        }
        part.set_data(bytes.substr(at, kPartBytes));
        at += kPartBytes;
        return true;
    };
}

void tell(Session& session, const v1::RestoreResult& result, bool dry_run) {
    if (!dry_run) {
        session.formatter.restored(result);
        return;
    }
    v1::Plan plan;
    *plan.mutable_actions() = result.actions();
    session.formatter.plan(plan);
}

Status restore(Session& session, const Arguments& arguments) {
    const auto bytes = read_whole(arguments.file);
    if (!bytes) {
        return tl::unexpected(bytes.error());
    }
    const auto result =
        session.client.send(&Client::Stub::RestoreCluster, parts_of(arguments.options, *bytes));
    if (!result) {
        return tl::unexpected(result.error());
    }
    tell(session, *result, arguments.options.dry_run());
    return {};
}

}  // namespace

void add_cluster_restore(CLI::App& cluster, CommandLine& line) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* verb =
        add_verb(cluster, line, "restore", "Put back the records of a backup that are missing",
                 [arguments](Session& session) { return restore(session, *arguments); });
    verb->add_option("FILE", arguments->file, "What backup wrote")->type_name("")->required();
    verb->add_flag_callback(
        "--force", [arguments] { arguments->options.set_force(true); },
        "Although there are records, or a newer backup must exist");
    add_dry_run(*verb, arguments->options);
}

}  // namespace dnvme::ctl
