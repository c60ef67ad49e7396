#!/bin/sh
# Takes out of node_modules what a server never loads. Run in the folder that holds node_modules, while an image is built.
set -eu
cd node_modules

# ONNX Runtime's package carries the binaries of every platform; one is needed.
if [ -d onnxruntime-node ]; then
  own="linux/$(node -p process.arch)"
  (cd onnxruntime-node/bin/napi-v6 && mv "$own" ../own && rm -rf ./* && mkdir -p linux && mv ../own "$own")
  # Only its install script needs these, and that is not run: it would download CUDA.
  rm -rf adm-zip global-agent
fi

# Of pdf.js what runs in Node, with its fonts, character maps and decoders.
if [ -d pdfjs-dist ]; then
  (cd pdfjs-dist && rm -rf build types web image_decoders legacy/build/*.map legacy/build/*.min.mjs legacy/build/*sandbox*)
fi

# Of the embedded Postgres the modules that import loads and the extensions that are used.
if [ -d @electric-sql/pglite ]; then
  (cd @electric-sql/pglite/dist && rm -f ./*.cjs ./*/*.cjs \
    && find . -name '*.tar.gz' ! -name 'pg_trgm.tar.gz' -delete)
fi

rm -rf @types .bin
find . -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.md' \) ! -iname 'license*' -delete
