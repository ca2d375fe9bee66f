#!/bin/sh
# Make ./configure from a checkout.
set -eu
cd "$(dirname "$0")"
mkdir -p m4
autoreconf --install --force --warnings=all
