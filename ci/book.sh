#!/usr/bin/env bash
# Makes the site, after its generator's lints, documentation and tests, and those of the player. The
# generator checks each site that it makes: every link leads somewhere, every topic has its page with
# its claims, and no page is too large. Two sites of a few topics have to say the same of what is
# explored. Then ci/browser.sh uses the site as a person would.
#
#     ci/book.sh        into target/book/site
#     ci/book.sh DIR    into DIR
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A minimal installation of Rust comes without it.
cargo clippy --version >/dev/null 2>&1 || rustup component add clippy

step() {
    printf '\n== %s\n' "$1"
    shift
    "$@"
}

site=${1:-target/book/site}

step 'what a browser is driven by' ci/browser.sh
step 'the player' node --test --test-reporter=spec xtask/player/tests/*.test.js
step 'lints' cargo clippy --quiet --locked --package book --all-targets -- --deny warnings
step 'documentation' env RUSTDOCFLAGS='--deny warnings' cargo doc --quiet --locked --no-deps --package book
step 'tests' cargo test --locked --package book
step 'the site' cargo xtask book --out "$site"
# Of the first, every schedule is explored; the second prints an address, which `setarch` fixes; the
# others have so many schedules that a count ends the search, and the last is explored with several
# hash seeds. What was kept of the exploring would be the same.
for again in target/book/one target/book/other; do
    rm -rf target/xtask/explore/explored
    step 'a site of four topics' cargo xtask book spawn-demo once-demo rwlock-demo local-set-demo --out "$again"
done
step 'two sites of one commit' env BOOK_SITES='target/book/one target/book/other' \
    node --test --test-reporter=spec xtask/book/tests/same.test.js
step 'the site in a browser' ci/browser.sh "$site"
