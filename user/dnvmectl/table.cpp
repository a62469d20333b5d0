// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/table.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "dnvmectl/text.h"

namespace dnvme::ctl {

namespace {

std::string_view colour_of(Tone tone) {
    switch (tone) {
        case Tone::good:
            return "\033[32m";
        case Tone::warning:
            return "\033[33m";
        case Tone::bad:
            return "\033[31m";
        case Tone::plain:
            break;
    }
    return "";
}

void print_cell(std::ostream& out, const Cell& cell, bool colour) {
    const std::string_view on = colour ? colour_of(cell.tone) : "";
    out << on << cell.text << (on.empty() ? "" : "\033[0m");
}

void print_row(std::ostream& out, const std::vector<Cell>& row,
               const std::vector<std::size_t>& widths, bool colour) {
    std::size_t owed = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (!row[i].text.empty()) {
            out << std::string(owed, ' ');
            print_cell(out, row[i], colour);
            owed = 0;
        }
        owed += widths[i] - columns(row[i].text) + 2;
    }
    out << '\n';
}

}  // namespace

Cell::Cell(std::string text, Tone tone) : text(printable(text)), tone(tone) {}

Table& Table::row(std::vector<Cell> cells) {
    lines_.emplace_back(std::move(cells));
    return *this;
}

Table& Table::note(std::string text) {
    lines_.emplace_back(printable(text));
    return *this;
}

std::vector<std::size_t> Table::widths(bool with_headers) const {
    std::vector<std::size_t> widths;
    const auto widen = [&widths](std::size_t i, std::string_view text) {
        widths.resize(std::max(widths.size(), i + 1));
        widths[i] = std::max(widths[i], columns(text));
    };
    for (std::size_t i = 0; with_headers && i < headers_.size(); ++i) {
        widen(i, headers_[i]);
    }
    for (const Line& line : lines_) {
        if (const Row* row = std::get_if<Row>(&line)) {
            for (std::size_t i = 0; i < row->size(); ++i) {
                widen(i, (*row)[i].text);
            }
        }
    }
    return widths;
}

void Table::print(std::ostream& out, const TableStyle& style) const {
    const bool with_headers = style.headers && !headers_.empty();
    const auto all_widths = widths(with_headers);
    if (with_headers) {
        print_row(out, Row(headers_.begin(), headers_.end()), all_widths, false);
    }
    for (const Line& line : lines_) {
        if (const Row* row = std::get_if<Row>(&line)) {
            print_row(out, *row, all_widths, style.colour);
        } else {
            out << std::get<std::string>(line) << '\n';
        }
    }
}

}  // namespace dnvme::ctl
