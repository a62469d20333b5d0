// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dnvmectl/command_line.h"

/// Each of these adds verbs to the command line; each stands in a file of its own name.
namespace dnvme::ctl {

void add_info(CLI::App& app, CommandLine& line);
void add_status(CLI::App& app, CommandLine& line);
void add_events(CLI::App& app, CommandLine& line);

/// To the noun `node`, `disk`, `volume`, `host` or `head` of @p app.
void add_list(CLI::App& app, CommandLine& line);
void add_show(CLI::App& app, CommandLine& line);
void add_delete(CLI::App& app, CommandLine& line);

void add_node_create(CLI::App& node, CommandLine& line);
void add_node_set(CLI::App& node, CommandLine& line);
void add_disk_create(CLI::App& disk, CommandLine& line);
void add_disk_set(CLI::App& disk, CommandLine& line);
void add_disk_replace(CLI::App& disk, CommandLine& line);
void add_volume_create(CLI::App& volume, CommandLine& line);
void add_host_create(CLI::App& host, CommandLine& line);
/// And disconnect.
void add_host_connect(CLI::App& host, CommandLine& line);

void add_head_create(CLI::App& head, CommandLine& line);
void add_head_set(CLI::App& head, CommandLine& line);

void add_path_create(CLI::App& path, CommandLine& line);
void add_path_list(CLI::App& path, CommandLine& line);
void add_path_show(CLI::App& path, CommandLine& line);
void add_path_set(CLI::App& path, CommandLine& line);
void add_path_activate(CLI::App& path, CommandLine& line);
void add_path_delete(CLI::App& path, CommandLine& line);

void add_cluster_show(CLI::App& cluster, CommandLine& line);
void add_cluster_backup(CLI::App& cluster, CommandLine& line);
void add_cluster_restore(CLI::App& cluster, CommandLine& line);
void add_cluster_migrate_store(CLI::App& cluster, CommandLine& line);

void add_failover_show(CLI::App& failover, CommandLine& line);

void add_volume_attach(CLI::App& volume, CommandLine& line);
void add_volume_detach(CLI::App& volume, CommandLine& line);
void add_volume_activate(CLI::App& volume, CommandLine& line);
void add_volume_rename(CLI::App& volume, CommandLine& line);
void add_volume_resize(CLI::App& volume, CommandLine& line);

}  // namespace dnvme::ctl
