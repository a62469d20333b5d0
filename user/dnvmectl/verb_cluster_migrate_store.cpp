// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/whole_file.h"
#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

struct Arguments {
    std::string config;
    bool yes = false;
    bool dry_run = false;
};

Status agree(const Session& session, const Arguments& arguments) {
    if (arguments.yes || arguments.dry_run) {
        return {};
    }
    return confirm(session, fmt::format("Move all records to the store that {} names, and end the "
                                        "present one?",
                                        arguments.config));
}

Result<v1::MigrateResult> migrate(Session& session, const Arguments& arguments) {
    auto config = read_whole(arguments.config);
    if (!config) {
        return tl::unexpected(config.error());
    }
    v1::MigrateStoreRequest request;
    request.set_config(std::move(*config));
    request.set_config_path(arguments.config);
    request.set_dry_run(arguments.dry_run);
    return session.client.ask(&Client::Stub::MigrateStore, request, kChangeTimeout);
}

Status migrate_store(Session& session, const Arguments& arguments) {
    if (auto agreed = agree(session, arguments); !agreed) {
        return agreed;
    }
    const auto result = migrate(session, arguments);
    if (!result) {
        return tl::unexpected(result.error());
    }
    if (arguments.dry_run) {
        v1::Plan plan;
        *plan.mutable_actions() = result->actions();
        session.formatter.plan(plan);
    } else {
        session.formatter.migrated(*result, arguments.config);
    }
    return {};
}

}  // namespace

void add_cluster_migrate_store(CLI::App& cluster, CommandLine& line) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* verb =
        add_verb(cluster, line, "migrate-store", "Move all records from SQLite to etcd",
                 [arguments](Session& session) { return migrate_store(session, *arguments); });
    verb->add_option("CONFIG", arguments->config, "A dnvmed.toml that names the etcd")
        ->type_name("")
        ->required();
    verb->add_flag("-y,--yes", arguments->yes, "Do not ask");
    add_dry_run(*verb, arguments->dry_run);
}

}  // namespace dnvme::ctl
