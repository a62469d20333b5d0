// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include <fmt/format.h>

#include "base/whole_file.h"
#include "dnvmectl/arguments.h"
#include "dnvmectl/verbs.h"

namespace dnvme::ctl {

namespace {

struct Arguments {
    std::string file;
    bool force = false;
};

tl::unexpected<Error> exists(const std::string& file) {
    return fail(Code::exists,
                fmt::format("{} exists already: name another file, or give --force", file));
}

Status write(const Arguments& arguments, const std::string& bytes) {
    auto written =
        write_whole(arguments.file, bytes, arguments.force ? IfThere::replace : IfThere::refuse);
    if (!written && written.error().code() == Code::exists) {
        return exists(arguments.file);
    }
    return written;
}

/// Before the daemon is asked. --force replaces files, no devices; what cannot be looked at will
/// say why when it is written.
Status check_place(const Arguments& arguments) {
    std::error_code error;
    switch (std::filesystem::status(arguments.file, error).type()) {
        case std::filesystem::file_type::none:
        case std::filesystem::file_type::not_found:
            return {};
        case std::filesystem::file_type::regular:
            return arguments.force ? Status() : exists(arguments.file);
        default:
            return fail(
                Code::precondition,
                fmt::format("{} is there and no regular file: name another", arguments.file));
    }
}

Status back_up(Session& session, const Arguments& arguments) {
    if (auto free = check_place(arguments); !free) {
        return free;
    }
    v1::BackupHeader header;
    std::string bytes;
    const Status done = session.client.change(
        &Client::Stub::BackupCluster, v1::BackupClusterRequest(), [&](const v1::BackupPart& part) {
            if (part.has_header()) {
                header = part.header();
            }
            bytes += part.data();
        });
    if (!done) {
        return done;
    }
    if (auto written = write(arguments, bytes); !written) {
        return written;
    }
    session.formatter.backed_up({.file = arguments.file, .bytes = bytes.size(), .header = header});
    return {};
}

}  // namespace

void add_cluster_backup(CLI::App& cluster, CommandLine& line) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* verb =
        add_verb(cluster, line, "backup", "Write all records to a file",
                 [arguments](Session& session) { return back_up(session, *arguments); });
    verb->add_option("FILE", arguments->file, "Where to write them")->type_name("")->required();
    verb->add_flag("--force", arguments->force, "Replace FILE if it exists");
}

}  // namespace dnvme::ctl
