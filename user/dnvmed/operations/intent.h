// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent.h"
#include "base/result.h"
#include "dnvme/v1/api.pb.h"
#include "model/names.h"
#include "operations/edit.h"

namespace dnvme::daemon {

/// Something to do on the machine before the records are written, such as labelling a disk.
struct Errand {
    std::string sentence;
    std::function<Status()> run;
    /// Takes it back when the records could not be written; may be empty.
    std::function<Status()> undo;
};

/// What a request wants, worked out on a copy of the model. Nothing has been done yet.
struct Intent {
    /// "create volume 'v1'": stands in front of an error of the kernel.
    std::string what;
    /// What was decided; one sentence each.
    std::vector<std::string> notes;
    std::vector<Errand> errands;
    std::vector<Edit> edits;
    /// Owners (see owners.h) whose part of the plan this request needs done.
    std::vector<std::string> owners;
    /// Takes the edits back when the plan fails. Empty: the agent goes on trying.
    std::function<std::vector<Edit>(const model::Cluster&)> undo;
    /// Volume that has to be whole for this (its uuid); empty if none has to.
    std::string needs;
    /// With all its members that are recorded in-sync.
    bool needs_members = false;
    /// Nodes that have a part in this and are not waited for.
    std::set<std::string> without{};
    /// Looks whether it came true, and shows the object; nothing to show after a delete.
    std::function<Result<std::optional<v1::Event>>(const Observation&)> finish;
};

/// What the verbs look at.
struct Context {
    const model::Cluster& cluster;
    sys::Disks& disks;
    sys::Heads& heads;
    const std::string& node;          ///< name of this daemon's node
    const store::Statuses& statuses;  ///< what all daemons say
};

/// The record called @p name, or not_found: "volume 'v1' does not exist".
template <class Record>
Result<Record> find(const std::map<std::string, Record>& records, const char* noun,
                    const std::string& name) {
    const auto record = records.find(name);
    if (record == records.end()) {
        return fail(Code::not_found, std::string(noun) + " '" + name + "' does not exist");
    }
    return record->second;
}

/// A name that is well-formed and free.
template <class Record>
Status check_new_name(const std::map<std::string, Record>& records, const char* noun,
                      const std::string& name) {
    if (auto formed = model::check_name(noun, name); !formed) {
        return formed;
    }
    if (records.contains(name)) {
        return fail(Code::exists, std::string(noun) + " '" + name + "' exists already");
    }
    return {};
}

/// Nothing is begun with what goes.
template <class Record>
Status check_not_deleting(const char* noun, const Record& record) {
    if (record.deleting()) {
        return fail(Code::precondition,
                    std::string(noun) + " '" + record.name() +
                        "' is being deleted: its view tells what holds that up");
    }
    return {};
}

/// The end of a delete: the agent forgot the record.
template <class Record>
Result<std::optional<v1::Event>> check_gone(const std::map<std::string, Record>& records,
                                            const std::string& name) {
    if (records.contains(name)) {
        return fail(Code::internal, "it is not gone yet: dnvmed goes on trying");
    }
    return std::nullopt;
}

Result<Intent> create_node(const Context& context, const v1::CreateNodeRequest& request);
Result<Intent> set_node(const Context& context, const v1::SetLabelsRequest& request);
Result<Intent> delete_node(const Context& context, const v1::DeleteRequest& request);
Result<Intent> create_disk(const Context& context, const v1::CreateDiskRequest& request);
Result<Intent> set_disk(const Context& context, const v1::SetLabelsRequest& request);
Result<Intent> delete_disk(const Context& context, const v1::DeleteRequest& request);
Result<Intent> replace_disk(const Context& context, const v1::ReplaceDiskRequest& request);
Result<Intent> create_volume(const Context& context, const v1::CreateVolumeRequest& request);
Result<Intent> delete_volume(const Context& context, const v1::DeleteRequest& request);
Result<Intent> attach_volume(const Context& context, const v1::AttachRequest& request);
Result<Intent> detach_volume(const Context& context, const v1::AttachRequest& request);
Result<Intent> activate_volume(const Context& context, const v1::ActivateVolumeRequest& request);
Result<Intent> rename_volume(const Context& context, const v1::RenameVolumeRequest& request);
Result<Intent> resize_volume(const Context& context, const v1::ResizeVolumeRequest& request);
Result<Intent> create_head(const Context& context, const v1::CreateHeadRequest& request);
Result<Intent> set_head(const Context& context, const v1::SetHeadRequest& request);
Result<Intent> delete_head(const Context& context, const v1::DeleteRequest& request);
Result<Intent> create_path(const Context& context, const v1::CreatePathRequest& request);
Result<Intent> set_path(const Context& context, const v1::SetPathRequest& request);
Result<Intent> delete_path(const Context& context, const v1::PathRequest& request);
Result<Intent> activate_path(const Context& context, const v1::PathRequest& request);
Result<Intent> create_host(const Context& context, const v1::CreateHostRequest& request);
Result<Intent> delete_host(const Context& context, const v1::DeleteRequest& request);

}  // namespace dnvme::daemon
