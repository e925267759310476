#!/usr/bin/env bash
# What takes too long for each commit: 10,000 random programs for each comparison of the explorer, with
# a plain search and with the axioms of RC11. The first of these comparisons alone took six minutes.
# And `cargo explore`, installed.
#
#     ci/slow.sh                      the programs 0 to 10,000
#     SEEDS=10000..20000 ci/slow.sh   these
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export SEEDS=${SEEDS:-0..10000}
cargo test --locked --release --package oracle --test random --test litmus -- --nocapture
ci/install.sh
