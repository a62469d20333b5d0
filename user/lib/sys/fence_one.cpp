// SPDX-License-Identifier: Apache-2.0
#include "sys/fence_one.h"

#include <algorithm>

#include <fmt/format.h>
#include <linux/dm-dnvme.h>

namespace dnvme::sys {
namespace {

std::string message_for(const DnvmeStatus& now, const plan::Fence& fence) {
    if (now.state == DNVME_STATE_FENCED && now.epoch >= fence.epoch)
        return fmt::format("{} {}", DNVME_MSG_DRAIN, fence.drain_ms);
    return fmt::format("{} {} {}", DNVME_MSG_FENCE, std::max(fence.epoch, now.epoch + 1),
                       fence.drain_ms);
}

}  // namespace

Status fence_one(GateMessages& gates, const DnvmeStatus& now, const plan::Fence& fence) {
    const Result<std::string> answer = gates.send(fence.uuid, message_for(now, fence));
    const FenceResult receipt = answer ? parse_fence_receipt(*answer) : pass(answer.error());
    if (!receipt)
        return pass(receipt.error());
    if (receipt->drained)
        return {};
    return fail(Code::conflict,
                fmt::format("it is fenced, but of the {} I/Os that were below it then not all have "
                            "come back within {} ms: it is asked again, and its volume waits",
                            receipt->in_flight, fence.drain_ms));
}

}  // namespace dnvme::sys
