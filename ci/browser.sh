#!/usr/bin/env bash
# Tests a site in a browser, as a person would use it: what can be pressed, typed, copied and read,
# on a phone's screen and on a desk's; and the README's counter as a page of its own.
#
#     ci/browser.sh DIR    tests the site in DIR, which has the topics that the tests name
#     ci/browser.sh        only installs what the tests need
#
# That is chromedriver with its browser, node and npm, which come from the distribution by apt-get,
# unless they are there; and axe-core, which npm puts into target/. With UPDATE_EXPECTED=1 the tests
# also make the README's picture of the player again. Pictures of pages, to be looked at, are left
# in target/book/screenshots.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

axe=4.14.1
oldest_node=18
tools=target/book/tools

# The machines of GitHub have it there.
PATH="$PATH${CHROMEWEBDRIVER:+:$CHROMEWEBDRIVER}"

missing=()
command -v chromedriver >/dev/null || missing+=(chromium chromium-driver fonts-dejavu-core)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
if ((${#missing[@]} > 0)); then
    root=()
    ((EUID == 0)) || root=(sudo)
    if ! command -v apt-get >/dev/null || ! command -v "${root[0]:-env}" >/dev/null; then
        printf 'error: %s\n' "not installed, and here not by apt-get as root: ${missing[*]}" \
            'install chromedriver with its Chromium or Chrome, node and npm, and start this again' >&2
        exit 1
    fi
    "${root[@]}" apt-get update
    "${root[@]}" apt-get install --yes --no-install-recommends "${missing[@]}"
fi
node_version=$(node --version)
node_major=${node_version#v}
if ((${node_major%%.*} < oldest_node)); then
    echo "error: node is $node_version, and the tests need version $oldest_node or later: put a newer one into the PATH" >&2
    exit 1
fi
if ! grep -qs "\"version\": \"$axe\"" "$tools/node_modules/axe-core/package.json"; then
    npm install --silent --no-save --no-package-lock --ignore-scripts --prefix "$tools" "axe-core@$axe"
fi
[ $# -gt 0 ] || exit 0

# The counter stands in the README. That it fails is what the page shows.
program=$PWD/target/book/counter.rs
sed -n '/This is `counter.rs`/,/^```$/p' README.md | sed '1,/^```rust$/d; /^```$/d' >"$program"
status=0
(cd target/book && cargo xtask explore counter.rs --html counter.html >/dev/null) || status=$?
((status == 1)) || {
    echo "error: exploring the README's counter ended with status $status, not with 1" >&2
    exit 1
}

# What a browser leaves there when it is stopped in the middle goes with the folder.
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
BOOK_SITE=$1 BOOK_COUNTER=${program%.rs}.html BOOK_SCREENSHOTS=target/book/screenshots \
    BOOK_AXE=$tools/node_modules/axe-core/axe.min.js \
    node --test --test-reporter=spec xtask/book/tests/browser/*.test.js
