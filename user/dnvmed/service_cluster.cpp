// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "service.h"
#include "status_code.h"

namespace dnvme::daemon {

namespace {

/// gRPC takes messages of up to 4 MiB.
constexpr std::size_t kPartBytes = 1U << 20U;
/// A hundred times what the largest cluster needs; protobuf ends at 2 GiB.
constexpr std::size_t kMostBytes = 1U << 30U;

bool send(const BackupFile& file, grpc::ServerWriter<v1::BackupPart>& parts) {
    v1::BackupPart part;
    *part.mutable_header() = file.header;
    bool sent = parts.Write(part);
    for (std::size_t at = 0; sent && at < file.bytes.size(); at += kPartBytes) {
        part.set_data(file.bytes.substr(at, kPartBytes));
        sent = parts.Write(part);
    }
    return sent;
}

struct Upload {
    v1::RestoreOptions options;
    std::string bytes;
};

Result<Upload> receive(grpc::ServerReader<v1::RestorePart>& parts) {
    Upload upload;
    v1::RestorePart part;
    while (parts.Read(&part)) {
        if (part.has_options()) {
            upload.options = part.options();
        }
        upload.bytes += part.data();
        if (upload.bytes.size() > kMostBytes) {
            return fail(Code::invalid, "this is no backup: it is too large");
        }
    }
    return upload;
}

}  // namespace

grpc::Status Service::GetCluster(Context* /*context*/, const v1::GetClusterRequest* /*request*/,
                                 v1::ClusterView* view) {
    return answer(thread_.ask<v1::ClusterView>([this] { return archive_.show(); }), *view);
}

grpc::Status Service::BackupCluster(Context* /*context*/,
                                    const v1::BackupClusterRequest* /*request*/,
                                    grpc::ServerWriter<v1::BackupPart>* parts) {
    const auto file = thread_.ask<BackupFile>([this] { return archive_.back_up(); });
    if (!file) {
        return to_grpc(file.error());
    }
    if (!send(*file, *parts)) {
        return {grpc::StatusCode::CANCELLED, "the client has gone"};
    }
    return grpc::Status::OK;
}

grpc::Status Service::RestoreCluster(Context* context, grpc::ServerReader<v1::RestorePart>* parts,
                                     v1::RestoreResult* result) {
    const auto upload = receive(*parts);
    if (!upload) {
        return to_grpc(upload.error());
    }
    if (context->IsCancelled()) {
        return {grpc::StatusCode::CANCELLED, "the client has gone"};
    }
    return answer(thread_.ask<v1::RestoreResult>([&] {
        auto restored = archive_.restore(upload->bytes, upload->options);
        if (restored && !upload->options.dry_run()) {
            daemon_.agent().reconcile();
        }
        return restored;
    }),
                  *result);
}

grpc::Status Service::MigrateStore(Context* /*context*/, const v1::MigrateStoreRequest* request,
                                   v1::MigrateResult* result) {
    return answer(thread_.ask<v1::MigrateResult>([&] { return archive_.migrate(*request); }),
                  *result);
}

}  // namespace dnvme::daemon
