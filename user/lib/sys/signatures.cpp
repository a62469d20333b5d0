// SPDX-License-Identifier: Apache-2.0
#include "sys/signatures.h"

#include <cerrno>
#include <memory>

#include <blkid/blkid.h>

#include "sys/refused.h"

namespace dnvme::sys {
namespace {

struct FreeProbe {
    void operator()(blkid_probe probe) const { blkid_free_probe(probe); }
};
using Probe = std::unique_ptr<std::remove_pointer_t<blkid_probe>, FreeProbe>;

constexpr int kFound = 0;
constexpr int kSeveral = -2;

Result<Probe> open_probe(int fd, const std::string& path) {
    Probe probe(blkid_new_probe());
    if (!probe)
        return refused(ENOMEM, "libblkid");
    if (blkid_probe_set_device(probe.get(), fd, 0, 0) != 0)
        return refused(EIO, "libblkid: " + path);
    blkid_probe_enable_superblocks(probe.get(), 1);
    blkid_probe_set_superblocks_flags(probe.get(), BLKID_SUBLKS_TYPE | BLKID_SUBLKS_MAGIC);
    blkid_probe_enable_partitions(probe.get(), 1);
    blkid_probe_set_partitions_flags(probe.get(), BLKID_PARTS_MAGIC);
    return probe;
}

std::string value_of(blkid_probe probe, const char* name) {
    const char* value = nullptr;
    return blkid_probe_lookup_value(probe, name, &value, nullptr) == 0 ? value : "";
}

}  // namespace

Result<std::string> find_signature(int fd, const std::string& path) {
    const Result<Probe> probe = open_probe(fd, path);
    if (!probe)
        return pass(probe.error());
    const int found = blkid_do_safeprobe(probe->get());
    if (found == kSeveral)
        return std::string("several signatures");
    if (found < 0)
        return refused(errno == 0 ? EIO : errno, "look for signatures on " + path);
    if (found != kFound)
        return std::string();
    const std::string type = value_of(probe->get(), "TYPE");
    return type.empty() ? value_of(probe->get(), "PTTYPE") : type;
}

Status wipe_signatures(int fd, const std::string& path) {
    const Result<Probe> probe = open_probe(fd, path);
    if (!probe)
        return pass(probe.error());
    while (blkid_do_probe(probe->get()) == kFound) {
        if (blkid_do_wipe(probe->get(), 0) != 0)
            return refused(errno == 0 ? EIO : errno, "wipe signature on " + path);
    }
    return {};
}

}  // namespace dnvme::sys
