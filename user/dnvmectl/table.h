// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <variant>
#include <vector>

namespace dnvme::ctl {

enum class Tone { plain, good, warning, bad };

/// A piece of text in one place of a table. Control characters are taken out.
struct Cell {
    Cell(std::string text, Tone tone = Tone::plain);     // NOLINT: a text is a cell
    Cell(const char* text) : Cell(std::string(text)) {}  // NOLINT: as above

    std::string text;
    Tone tone;
};

struct TableStyle {
    bool headers = true;
    bool colour = false;
};

/// Columns as wide as their widest cell, two spaces apart, nothing behind the last.
class Table {
  public:
    /// No headers: none are printed, as for a list of properties.
    explicit Table(std::vector<std::string> headers = {}) : headers_(std::move(headers)) {}

    Table& row(std::vector<Cell> cells);
    /// A line of its own below the last row; it takes part in no alignment.
    Table& note(std::string text);
    void print(std::ostream& out, const TableStyle& style) const;

  private:
    using Row = std::vector<Cell>;
    using Line = std::variant<Row, std::string>;

    [[nodiscard]] std::vector<std::size_t> widths(bool with_headers) const;

    std::vector<std::string> headers_;
    std::vector<Line> lines_;
};

}  // namespace dnvme::ctl
