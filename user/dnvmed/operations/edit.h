// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>

#include "model/cluster.h"
#include "store/records.h"

namespace dnvme::daemon {

template <class Record>
struct Erase {
    Record record;
};

/// One record as it shall be, or shall no longer be.
using Edit = std::variant<v1::Node, v1::Disk, v1::Volume, v1::Host, v1::Head, Erase<v1::Node>,
                          Erase<v1::Disk>, Erase<v1::Volume>>;

/// The same edit on a copy of the model and on the store.
void apply(model::Cluster& cluster, const Edit& edit);
void apply(store::Change& change, const Edit& edit);

}  // namespace dnvme::daemon
