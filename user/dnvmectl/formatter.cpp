// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/formatter.h"

namespace dnvme::ctl {

std::unique_ptr<Formatter> make_formatter(const GlobalOptions& options, const Streams& streams) {
    if (options.output == OutputFormat::json) {
        return make_json_formatter(streams.out);
    }
    return make_table_formatter(options, streams.colour, streams.out);
}

}  // namespace dnvme::ctl
