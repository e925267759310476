#!/usr/bin/env bash
# What CI runs, and `cargo xtask ci` does: the code is formatted and free of warnings, every topic
# keeps its invariants, on real runs and on explored schedules, every topic's folder, copied out
# alone, builds and keeps them too, and the tests pass.
#
#     ci/check.sh                everything
#     CI_PART=2/6 ci/check.sh    copies the second sixth of the topics only, and tests the answers
#                                to a sixth of the exercises
#     CI=true ci/check.sh        another sixth at each commit, and a build that nobody debugs
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ "${CI:-}" = true ]; then
    # Nobody debugs what is built here, and no later build uses what would be kept for it.
    export CARGO_PROFILE_DEV_DEBUG=0 CARGO_INCREMENTAL=0
    # All copies and all answers to exercises take seven minutes: a sixth of both at each commit.
    commits=$(git rev-list --count HEAD 2>/dev/null || echo 0)
    export CI_PART="${CI_PART:-$((commits % 6 + 1))/6}"
fi

# A minimal installation of Rust comes without these two.
cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
cargo clippy --version >/dev/null 2>&1 || rustup component add clippy

step() {
    printf '\n== %s\n' "$1"
    shift
    "$@"
}

copies=$(mktemp -d)
trap 'rm -rf "$copies"' EXIT

step 'formatting' cargo fmt --all --check
# The site's generator is checked by ci/book.sh: mdBook takes longer to build than the runner.
step 'lints' cargo clippy --quiet --locked --workspace --exclude book --all-targets -- --deny warnings
# Hardly an item of the runner's is public, so that without the private ones nothing would be checked.
step 'documentation of the runner' env RUSTDOCFLAGS='--deny warnings' cargo doc --quiet --locked \
    --no-deps --package xtask --lib --document-private-items
step 'documentation' env RUSTDOCFLAGS='--deny warnings' cargo doc --quiet --locked --no-deps \
    --package transcript --package protocol --package invariants --package engine \
    --package fidelity --package model-std --package explorer --package explorer-claims \
    --package explorer-test-harness
# Needs nothing from the network but what cargo has fetched. The advisories do, and
# are asked for in the GitHub workflow.
if cargo deny --version >/dev/null 2>&1; then
    step 'dependencies' cargo deny --locked check licenses bans sources
else
    printf '\n== dependencies: not checked here, since cargo-deny is not installed\n'
fi
step 'every topic' cargo xtask run-all
# Less than a third of the time that each has by default: whoever explores one topic looks further.
step 'every topic, explored' cargo xtask explore --all --time 3s

# The topics of the part that `CI_PART` asks for, as in 2/6.
copy_part() {
    local nth=${CI_PART%/*} of=${CI_PART#*/} number=0 folder
    for folder in crates/*/; do
        number=$((number + 1))
        if ((number % of == nth % of)); then
            cargo xtask copy "$(basename "$folder")" "$copies/$(basename "$folder")"
        fi
    done
}
if [ -n "${CI_PART:-}" ] && [ "$CI_PART" != 1/1 ]; then
    step "topics of the part $CI_PART, copied out alone" copy_part
else
    step 'every topic, copied out alone' cargo xtask copy --all "$copies/topics"
fi
step 'tests' cargo test --locked
