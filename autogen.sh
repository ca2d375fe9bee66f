#!/bin/sh
# Make ./configure from a checkout.
set -eu
cd "$(dirname "$0")"
autoreconf --install --force --warnings=all
