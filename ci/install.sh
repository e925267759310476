#!/usr/bin/env bash
# Installs cargo explore from a clone, removes the clone, and explores a project elsewhere: its program,
# an example, and its tests. Nothing of what is installed may need the clone.
#
#     ci/install.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

step() {
    printf '\n== %s\n' "$1"
    shift
    "$@"
}

# Ends with another status if the command does not end with this one.
ends_with() {
    local expected=$1 status=0
    shift
    "$@" || status=$?
    ((status == expected)) || {
        echo "error: \`$*\` ended with $status, not with $expected" >&2
        exit 1
    }
}

step 'a clone' git clone --quiet . "$folder/clone"
step 'from its folder' env CARGO_TARGET_DIR="$folder/target" \
    cargo install --quiet --locked --path "$folder/clone/xtask" --bin cargo-explore --root "$folder/by-path"
step 'from its address' env CARGO_TARGET_DIR="$folder/target" \
    cargo install --quiet --locked --git "file://$folder/clone" xtask --bin cargo-explore --root "$folder/by-git"
rm -rf "$folder/clone" "$folder/target"

mkdir -p "$folder"/project/{src,examples,tests}
cd "$folder/project"
printf '[package]\nname = "project"\nedition = "2024"\n' >Cargo.toml
echo 'fn main() { println!("Main: hello") }' | tee src/main.rs >examples/shown.rs
cat >tests/locks.rs <<'END'
use std::sync::Mutex;
use std::thread;

#[test]
fn crosswise() {
    let (a, b) = (Mutex::new(()), Mutex::new(()));
    thread::scope(|scope| {
        scope.spawn(|| drop((a.lock(), b.lock())));
        scope.spawn(|| drop((b.lock(), a.lock())));
    });
}
END

# What is laid out and compiled goes below cargo's home, and with the folder.
export CARGO_HOME="$folder/home"
for installed in by-path by-git; do
    export PATH="$folder/$installed/bin:$PATH"
    step "$installed: the program" ends_with 0 cargo explore
    step "$installed: an example" ends_with 0 cargo explore --example shown
    step "$installed: the tests" ends_with 1 cargo explore --tests
done
