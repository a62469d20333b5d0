// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"
#include "torture/history.h"

namespace dnvme::torture {

/// Keeps the history of a run. What is submitted is in the file before it goes to the device; what
/// came back may be missing if the program dies, and is of unknown outcome then. One thread.
class HistoryWriter {
  public:
    /// Errors: exists, internal.
    static Result<HistoryWriter> create(const std::string& path, const Header& header);

    void add(Record record);
    /// What was added survives the death of the program after that.
    Status flush();

  private:
    HistoryWriter(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

    Fd fd_;
    std::string path_;
    std::vector<Record> pending_;
};

/// A last record that is not whole is left out: the program died there. Errors: not_found,
/// internal, invalid (no history, or damaged; says where).
Result<History> read_history(const std::string& path);

/// What is in the bytes of a history file. Pure; errors as above.
Result<History> parse_history(const std::string& name, const std::string& bytes);

}  // namespace dnvme::torture
