// SPDX-License-Identifier: Apache-2.0
//
// What it takes to place one volume, beside 10000 and 100000 that have their places.
#include <benchmark/benchmark.h>

#include "cluster.h"
#include "plan/placement/place.h"

namespace dnvme::bench {
namespace {

using plan::placement::Inventory;
using plan::placement::Redundancy;
using plan::placement::Request;
using plan::placement::Selector;

Request make_request(Redundancy redundancy, std::uint32_t members, std::uint32_t legs) {
    Request request;
    request.redundancy = redundancy;
    request.members = members;
    request.legs = legs;
    request.member_bytes = 20 * kGiB;
    return request;
}

Request with_controllers(Request request, std::uint32_t actives, std::uint32_t standbys) {
    request.actives = actives;
    request.standbys = standbys;
    return request;
}

Request with_wishes(Request request) {
    request.members_on = Selector::parse({"tier=fast", "rack!=2"}).value();
    request.anti_affinity = "k10";
    return request;
}

Request that_does_not_fit() {
    Request request = make_request(Redundancy::raid1, 2, 4);
    request.member_bytes = 1024 * 1024 * kGiB;
    return request;
}

void place_one(benchmark::State& state, const Request& request) {
    const Inventory& inventory = cluster(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state)
        benchmark::DoNotOptimize(plan::placement::place(inventory, request));
}

void count_one(benchmark::State& state, const Request& request) {
    Inventory inventory = cluster(static_cast<std::size_t>(state.range(0)));
    const auto placed = plan::placement::place(inventory, request);
    for (auto _ : state) {
        if (!plan::placement::take(inventory, *placed))
            state.SkipWithError("not taken");
        plan::placement::give_back(inventory, *placed);
    }
}

void add(const char* name, void (*measure)(benchmark::State&, const Request&),
         const Request& request) {
    benchmark::RegisterBenchmark(name, measure, request)
        ->Arg(100)
        ->Arg(1000)
        ->Unit(benchmark::kMicrosecond);
}

void add_cases() {
    const Request raid1 = make_request(Redundancy::raid1, 2, 1);
    const Request raid6 = make_request(Redundancy::raid6, 8, 16);
    add("none", place_one, make_request(Redundancy::none, 1, 1));
    add("raid1", place_one, raid1);
    add("raid1_labels_key", place_one, with_wishes(raid1));
    add("raid1_4_legs_2_controllers", place_one,
        with_controllers(make_request(Redundancy::raid1, 3, 4), 1, 1));
    add("raid6_16_legs_20_controllers", place_one, with_controllers(raid6, 16, 4));
    add("raid1_64_legs", place_one, make_request(Redundancy::raid1, 2, 64));
    add("refused", place_one, that_does_not_fit());
    add("take_and_give_back", count_one, raid1);
}

}  // namespace
}  // namespace dnvme::bench

int main(int argc, char** argv) {
    dnvme::bench::add_cases();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
