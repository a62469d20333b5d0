// SPDX-License-Identifier: Apache-2.0
#include "operations/runner.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "operations/others.h"

namespace dnvme::daemon {

namespace {

model::Cluster edited(model::Cluster cluster, const std::vector<Edit>& edits) {
    for (const Edit& edit : edits) {
        apply(cluster, edit);
    }
    return cluster;
}

/// Returns the revision of the store.
Result<std::int64_t> commit(store::Store& store, const store::Loaded& loaded,
                            const std::vector<Edit>& edits) {
    store::Change change(loaded);
    for (const Edit& edit : edits) {
        apply(change, edit);
    }
    if (auto written = change.commit(store); !written) {
        return pass(written.error());
    }
    return change.revision();
}

Status check_there(const Intent& intent, const std::map<std::string, std::string>& missing) {
    if (const auto waits = missing.find(intent.needs); waits != missing.end()) {
        return fail(Code::precondition,
                    fmt::format("the volume {}: try again when it is there", waits->second));
    }
    return {};
}

Status check(const Intent& intent, const Outcome& rehearsed) {
    if (auto there = check_there(intent, rehearsed.down); !there) {
        return there;
    }
    if (auto whole = check_there(intent, rehearsed.lacking); intent.needs_members && !whole) {
        return whole;
    }
    return rehearsed.of(intent.owners);
}

v1::Event plan_event(const Intent& intent, const std::vector<std::string>& sentences) {
    v1::Event event;
    event.mutable_plan()->mutable_notes()->Assign(intent.notes.begin(), intent.notes.end());
    event.mutable_plan()->mutable_actions()->Assign(sentences.begin(), sentences.end());
    return event;
}

v1::Event step_event(std::size_t done, std::size_t total, const std::string& sentence) {
    v1::Event event;
    event.mutable_step()->set_done(static_cast<std::uint32_t>(done));
    event.mutable_step()->set_total(static_cast<std::uint32_t>(total));
    event.mutable_step()->set_action(sentence);
    return event;
}

std::string others_sentence(const std::string& node) {
    return fmt::format("node {} does its part", node);
}

/// The last ones of the plan.
void tell_steps(const Pending& pending, EventSink& events) {
    std::size_t done = pending.steps - pending.nodes.size();
    for (const std::string& node : pending.nodes) {
        events.push(step_event(++done, pending.steps, others_sentence(node)));
    }
}

}  // namespace

Result<std::optional<Pending>> Operations::begin(const Planner& planner, bool dry_run,
                                                 EventSink& events) {
    const auto loaded = store::load(store_);
    if (!loaded) {
        return pass(loaded.error());
    }
    auto intent = planner({.cluster = loaded->cluster,
                           .disks = kernel_.disks(),
                           .heads = kernel_.heads(),
                           .node = node_,
                           .statuses = loaded->statuses});
    if (!intent) {
        return pass(intent.error());
    }
    auto others = others_of(loaded->cluster, intent->edits, loaded->statuses, node_);
    std::erase_if(others, [&](const auto& node) { return intent->without.contains(node); });
    const auto sentences = rehearse(*intent, *loaded, others);
    if (!sentences) {
        return pass(sentences.error(), intent->what);
    }
    events.push(plan_event(*intent, *sentences));
    if (dry_run) {
        return std::nullopt;
    }
    spdlog::info("{}", intent->what);
    return carry_out(std::move(*intent), std::move(others), *loaded, sentences->size(), events);
}

/// What carrying it out would do. A plan that is refused ends the request before anything changed.
Result<std::vector<std::string>> Operations::rehearse(const Intent& intent,
                                                      const store::Loaded& loaded,
                                                      const std::set<std::string>& others) {
    if (auto online = check_online(others, loaded.statuses); !online) {
        return pass(online.error());
    }
    if (auto whole = check_needs(others, loaded.statuses, intent.needs); !whole) {
        return pass(whole.error());
    }
    const auto rehearsal = agent_.rehearse(edited(loaded.cluster, intent.edits));
    if (!rehearsal) {
        return pass(rehearsal.error());
    }
    if (auto possible = check(intent, rehearsal->outcome); !possible) {
        return pass(possible.error());
    }
    std::vector<std::string> sentences;
    for (const Errand& errand : intent.errands) {
        sentences.push_back(errand.sentence);
    }
    for (const plan::Action& action : rehearsal->plan) {
        sentences.push_back(plan::describe(action));
    }
    for (const std::string& node : others) {
        sentences.push_back(others_sentence(node));
    }
    return sentences;
}

Result<std::optional<Pending>> Operations::carry_out(Intent intent, std::set<std::string> others,
                                                     const store::Loaded& loaded, std::size_t total,
                                                     EventSink& events) {
    if (auto ran = run_errands(intent, total, events); !ran) {
        return pass(ran.error(), intent.what);
    }
    const auto written = write(intent, loaded);
    if (!written) {
        return pass(written.error(), intent.what);
    }
    if (auto reconciled = reconcile(intent, events); !reconciled) {
        return pass(undo(intent, others, reconciled.error()), intent.what);
    }
    if (!others.empty()) {
        return Pending{.intent = std::move(intent),
                       .nodes = std::move(others),
                       .revision = *written,
                       .steps = total};
    }
    if (auto finished = finish(intent, events); !finished) {
        return pass(finished.error(), intent.what);
    }
    return std::nullopt;
}

/// A store that does not answer just now tells nothing; nor does an end that is still to come.
std::optional<Status> Operations::look(Pending& pending, bool late, EventSink& events) {
    const Intent& intent = pending.intent;
    const auto loaded = store::load(store_);
    if (!loaded) {
        return late ? std::optional<Status>(
                          pass(undo(intent, pending.nodes, loaded.error()), intent.what))
                    : std::nullopt;
    }
    auto heard = heard_from(pending.nodes, loaded->statuses, pending.revision, intent.owners);
    if (!heard && late) {
        heard = tl::unexpected(overdue(pending.nodes, loaded->statuses, pending.revision));
    }
    if (!heard) {
        return std::nullopt;
    }
    if (!*heard) {
        return pass(undo(intent, pending.nodes, heard->error()), intent.what);
    }
    if (!std::exchange(pending.heard, true)) {
        tell_steps(pending, events);
    }
    if (auto finished = finish(intent, events); !finished) {
        return late ? std::optional<Status>(pass(finished.error(), intent.what)) : std::nullopt;
    }
    return Status();
}

Status Operations::run_errands(const Intent& intent, std::size_t total, EventSink& events) {
    std::size_t done = 0;
    for (const Errand& errand : intent.errands) {
        if (auto ran = errand.run(); !ran) {
            return pass(ran.error(), errand.sentence);
        }
        spdlog::info("{}", errand.sentence);
        events.push(step_event(++done, total, errand.sentence));
    }
    return {};
}

Result<std::int64_t> Operations::write(const Intent& intent, const store::Loaded& loaded) {
    auto written = commit(store_, loaded, intent.edits);
    if (written) {
        return written;
    }
    for (const Errand& errand : intent.errands) {
        if (!errand.undo) {
            continue;
        }
        if (auto undone = errand.undo(); !undone) {
            spdlog::error("take back '{}': {}", errand.sentence, undone.error().message());
        }
    }
    return written;
}

Status Operations::reconcile(const Intent& intent, EventSink& events) {
    const std::size_t before = intent.errands.size();
    const Outcome outcome =
        agent_.reconcile([&](std::size_t done, std::size_t total, const std::string& sentence) {
            events.push(step_event(before + done, before + total, sentence));
        });
    return outcome.of(intent.owners);
}

Error Operations::undo(const Intent& intent, const std::set<std::string>& others, Error error) {
    if (!intent.undo) {
        return {error.code(), error.message() + " (dnvmed goes on trying)", error.sys_errno()};
    }
    if (auto undone = take_back(intent); !undone) {
        return {error.code(),
                fmt::format("{}; undoing it failed, too: {} (dnvmed goes on trying)",
                            error.message(), undone.error().message()),
                error.sys_errno()};
    }
    const std::string undone =
        others.empty()
            ? "everything was undone"
            : fmt::format("it was taken back, node {} undoes its part", fmt::join(others, ", "));
    return {error.code(), fmt::format("{} ({})", error.message(), undone), error.sys_errno()};
}

Status Operations::take_back(const Intent& intent) {
    const auto loaded = store::load(store_);
    if (!loaded) {
        return pass(loaded.error());
    }
    if (auto written = commit(store_, *loaded, intent.undo(loaded->cluster)); !written) {
        return pass(written.error());
    }
    return agent_.reconcile().of(intent.owners);
}

Status Operations::finish(const Intent& intent, EventSink& events) {
    if (!intent.finish) {
        return {};
    }
    const auto seen = agent_.observe();
    if (!seen) {
        return pass(seen.error(), "it was done, but cannot be looked at");
    }
    const auto last = intent.finish(*seen);
    if (!last) {
        return pass(last.error());
    }
    if (*last) {
        events.push(**last);
    }
    return {};
}

}  // namespace dnvme::daemon
