# The image of any Space. Build from the root of the repository:
#   docker build -f docker/space.Dockerfile --build-arg SPACE=minilm-embed --build-arg MODEL=full -t minilm-embed .
ARG SPACE
FROM node:24-bookworm-slim AS bundle
WORKDIR /repository
RUN npm install --global pnpm@12.21.0
COPY . .
ARG SPACE
RUN test -f "spaces/$SPACE/package.json" || { echo "Name a Space: --build-arg SPACE=$(ls spaces | grep -v '^_' | paste -sd'|')" >&2; exit 1; }
RUN --mount=type=cache,target=/root/.local/share/pnpm/store \
    pnpm install --frozen-lockfile --filter-prod "@repo/$SPACE..." --filter-prod "@repo/tools..." \
    && pnpm --filter "@repo/$SPACE" run build \
    && node tools/bundle-unit.ts "$SPACE" /bundle

# From here on this is also the Dockerfile of a Space's own repository, which holds the bundle (pnpm push:space).
# Packages with binaries, fonts or WebAssembly; everything else is in the bundle.
FROM node:24-bookworm-slim AS modules
WORKDIR /build/spaces/space
RUN npm install --global pnpm@12.21.0
COPY --from=bundle /bundle/package.json /bundle/pnpm-lock.yaml /bundle/pnpm-workspace.yaml /bundle/prune-modules.sh ./
RUN --mount=type=cache,target=/root/.local/share/pnpm/store \
    pnpm install --frozen-lockfile --prod && mkdir -p node_modules && sh prune-modules.sh

# The model is made here and baked in: nothing is fetched when the Space starts. A folder model/ in the bundle holds weights of
# one's own; a Space without bake-model.js has no model. On the Hub these are the Space's variables and its secret HF_TOKEN.
FROM modules AS model
COPY --from=bundle /bundle ./
ARG MODEL=full
ARG MODEL_ID
ARG MODEL_REVISION
ARG HF_ENDPOINT=https://huggingface.co
RUN --mount=type=secret,id=HF_TOKEN,mode=0444 \
    mkdir -p /image/model /image/data && if [ -d models ]; then mv models /build/; fi \
    && if [ -d model ]; then \
      cp -r model/. /image/model/; \
    elif [ -f dist/bake-model.js ]; then \
      export HF_TOKEN="$(cat /run/secrets/HF_TOKEN 2>/dev/null || true)" MODEL MODEL_ID MODEL_REVISION HF_ENDPOINT DATA_DIRECTORY=/data \
      && directory="$(node dist/bake-model.js)" \
      && find "$directory" -maxdepth 1 -type f ! -name '*.md' -exec cp {} /image/model/ \; ; \
    fi

# Node, the libraries it is linked to, and a shell: less to carry and less to be attacked.
FROM node:24-bookworm-slim AS root
COPY --from=bundle /bundle/make-root.sh ./
RUN sh make-root.sh /image

FROM scratch
COPY --from=root /image /
ARG SPACE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="$SPACE" \
      org.opencontainers.image.description="An inference server of Outpost" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/node:24-bookworm-slim"
# One malloc arena: most of what a request allocates is garbage a moment later (bench/reports/minilm-embed.md).
ENV PATH=/usr/local/bin:/usr/bin HOME=/home/node NODE_ENV=production \
    HOST=0.0.0.0 PORT=7860 MODEL_DIRECTORY=/app/model DATA_DIRECTORY=/app/data MALLOC_ARENA_MAX=1
WORKDIR /app
# Code and model belong to root: the process may read and not change them.
COPY --from=modules /build/spaces/space/node_modules ./node_modules
COPY --from=model /image/model ./model
COPY --from=model --chown=1000:1000 /image/data ./data
COPY --from=bundle /bundle/package.json /bundle/start.sh /bundle/LICENSE ./
COPY --from=bundle /bundle/dist ./dist
USER 1000
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["/app/start.sh"]
