// SPDX-License-Identifier: Apache-2.0
#include "sys/kernel_log.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "sys/number.h"

namespace dnvme::sys {
namespace {

constexpr int kMaxRecords = 256;
constexpr int kMaxSentences = 4;
constexpr std::size_t kRecordBytes = 8192;  // the kernel gives one record a read, never longer

/// The sentence of "<priority>,<sequence>,<time>,<flags>;<text>\n KEY=value\n..."
std::string_view text_in(std::string_view record) {
    const std::size_t text_begin = record.find(';');
    if (text_begin == std::string_view::npos)
        return {};
    const std::string_view text = record.substr(text_begin + 1);
    return trim_end(text.substr(0, text.find('\n')));
}

}  // namespace

std::optional<std::string> mpath_ext_words(std::string_view record) {
    constexpr std::string_view kPrefix = "nvme_mpath_ext: ";
    const std::string_view text = text_in(record);
    if (!text.starts_with(kPrefix))
        return std::nullopt;
    return std::string(text.substr(kPrefix.size()));
}

std::optional<std::string> device_mapper_words(std::string_view record) {
    constexpr std::string_view kPrefix = "device-mapper: ";
    std::string_view text = text_in(record);
    if (text.starts_with(kPrefix))
        text.remove_prefix(kPrefix.size());
    else if (!text.starts_with("md/") && !text.starts_with("md: "))
        return std::nullopt;
    if (text == "ioctl: error adding target to table")
        return std::nullopt;
    return std::string(text);
}

KernelLog::KernelLog(KernelWords filter)
    : filter_(filter), fd_(::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
    if (fd_.valid())
        ::lseek(fd_.get(), 0, SEEK_END);
}

std::string KernelLog::words() {
    std::string words;
    int sentences = 0;
    std::array<char, kRecordBytes> buffer{};
    for (int n = 0; fd_.valid() && n < kMaxRecords && sentences < kMaxSentences; ++n) {
        const ssize_t got = ::read(fd_.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EPIPE)  // records were overwritten before they were read
            continue;
        if (got <= 0)
            break;
        const auto sentence = filter_({buffer.data(), static_cast<std::size_t>(got)});
        if (!sentence)
            continue;
        words += (words.empty() ? "" : "; ") + *sentence;
        ++sentences;
    }
    return words;
}

}  // namespace dnvme::sys
