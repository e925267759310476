#!/usr/bin/env bash
# Looks for claims that a stalled machine breaks: runs each topic many times, and holds up
# each run for two seconds at a random moment. No run may fail, since a system may deschedule
# a program at any moment, for any time.
#
#     ci/stall.sh                     every topic, 200 times
#     ci/stall.sh mutex-demo          this topic
#     RUNS=20 ci/stall.sh mutex-demo  fewer times
#
# CI does not run this: all topics take some ten minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cargo xtask run-all "$@" --repeat "$((${RUNS:-200} + 1))" --pause 2
