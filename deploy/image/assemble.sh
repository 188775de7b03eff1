#!/bin/sh
# Builds the services and lays out what an image holds: bundles, the packages they need, the entry point.
# Usage: deploy/image/assemble.sh OUT   (OUT is created; an older one is replaced)
set -eu
out=${1:?Say where the image is to be laid out: deploy/image/assemble.sh OUT}
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"

if [ ! -x node_modules/.bin/nx ]; then
  npm install --no-save --no-audit --no-fund --loglevel=error
fi
NX_DAEMON=false NX_NO_CLOUD=true NX_TUI=false node_modules/.bin/nx run-many -t build --output-style static

rm -rf "$out"
mkdir -p "$out"
cp package.json package-lock.json deploy/image/entrypoint.mjs LICENSE "$out/"
cp -R dist "$out/dist"
# Only what the services need at run time; none of these packages runs a script at install.
(cd "$out" && npm install --no-save --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error)
# What is in it, for whoever has to answer for it.
node_modules/.bin/tsx tools/supply-chain/main.ts sbom "$out/sbom.cdx.json"
chmod -R a+rX,a-w "$out"
