# The image of any Space. Build from the root of the repository:
#   docker build -f docker/space.Dockerfile --build-arg SPACE=minilm-embed --build-arg MODEL=full -t minilm-embed .
FROM node:24-bookworm-slim AS build
WORKDIR /repository
RUN npm install --global pnpm@12.21.0
COPY . .
ARG SPACE
RUN test -f "spaces/$SPACE/package.json" || { echo "Name a Space: --build-arg SPACE=$(ls spaces | grep -v '^_' | paste -sd'|')" >&2; exit 1; }
RUN pnpm install --frozen-lockfile && pnpm --filter "./spaces/$SPACE" run build
ARG MODEL=full
ARG HF_ENDPOINT=https://huggingface.co
# The model is made here and baked in: nothing is fetched when the Space starts. A Space without bake-model has none.
RUN --mount=type=secret,id=HF_TOKEN \
    mkdir -p /image/model /image/data /image/node_modules \
    && if [ -f "spaces/$SPACE/dist/bake-model.js" ]; then \
      export HF_TOKEN="$(cat /run/secrets/HF_TOKEN 2>/dev/null || true)" MODEL="$MODEL" HF_ENDPOINT="$HF_ENDPOINT" DATA_DIRECTORY=/data \
      && directory="$(node "spaces/$SPACE/dist/bake-model.js")" \
      && find "$directory" -maxdepth 1 -type f \( -name '*.onnx*' -o -name '*.json' \) -exec cp {} /image/model/ \; ; \
    fi
# The runtime's package carries the binaries of four platforms; one is needed.
RUN cp -r "spaces/$SPACE/dist" "spaces/$SPACE/package.json" /image/ \
    && runtime="spaces/$SPACE/node_modules/onnxruntime-node" \
    && if [ -d "$runtime" ]; then \
      cp -rL "$runtime" "$(readlink -f "$runtime")/../onnxruntime-common" /image/node_modules/ \
      && cd /image/node_modules/onnxruntime-node/bin/napi-v6 && binary="linux/$(node -p process.arch)" \
      && mv "$binary" /tmp/binary && rm -rf ./* && mkdir linux && mv /tmp/binary "$binary"; \
    fi
# What reads pages, where a Space has it: each package with those it needs, which pnpm puts beside it. Of pdfjs only what runs
# in Node is kept (11 of 36 MB), with its fonts, character maps and decoders.
RUN for package in sharp @napi-rs/canvas pdfjs-dist; do \
      directory="$(readlink -f "spaces/$SPACE/node_modules/$package")"; \
      if [ -d "$directory" ]; then cp -rL "${directory%/"$package"}/." /image/node_modules/; fi; \
    done \
    && rm -rf /image/node_modules/@types /image/node_modules/.bin \
    && if [ -d /image/node_modules/pdfjs-dist ]; then \
      cd /image/node_modules/pdfjs-dist && rm -rf build types web image_decoders legacy/build/*.map legacy/build/*.min.mjs legacy/build/*sandbox*; \
    fi

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=7860 MODEL_DIRECTORY=/app/model DATA_DIRECTORY=/app/data
WORKDIR /app
COPY --from=build --chown=1000:1000 /image ./
USER 1000
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Small heaps and one malloc arena: most of what a request allocates is garbage a moment later. Defaults cost 160 MB more and
# answer a fifth more requests (bench/reports/minilm-embed.md). The flags are those of the start scripts in package.json.
ENV MALLOC_ARENA_MAX=1
CMD ["node", "--max-semi-space-size=4", "--heap-growing-percent=20", "dist/main.js"]
