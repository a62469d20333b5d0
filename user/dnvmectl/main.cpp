// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/run.h"
#include "dnvmectl/text.h"

int main(int argc, char** argv) {
    dnvme::ctl::use_utf8();
    return dnvme::ctl::run_command(argc, argv, dnvme::ctl::process_streams());
}
