#!/bin/sh
# Builds what npm provides: the icons that are used, htmx, and the one stylesheet. Its output is committed, so that building, testing
# and running need no Node. Run from anywhere; needs node and npm.
set -eu
cd "$(dirname "$0")/../.."
[ -d node_modules/tailwindcss ] && [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --ignore-scripts
node web/static/icons.mjs
cp node_modules/htmx.org/dist/htmx.min.js web/static/htmx.min.js
cp node_modules/htmx.org/LICENSE web/static/htmx.LICENSE
cp node_modules/axe-core/axe.min.js web/webtest/chromium/testdata/axe.min.js
cp node_modules/axe-core/LICENSE web/webtest/chromium/testdata/axe.LICENSE
for part in latin latin-ext greek; do
	cp "node_modules/@fontsource-variable/open-sans/files/open-sans-$part-wght-normal.woff2" "web/static/open-sans-$part.woff2"
done
cp node_modules/@fontsource-variable/open-sans/LICENSE web/static/open-sans.LICENSE
node_modules/.bin/tailwindcss --input web/static/app.in.css --output web/static/app.css --minify
