# The image of any app: no model and no ONNX Runtime. Build from the root of the repository:
#   docker build -f docker/app.Dockerfile --build-arg APP=cinematch -t cinematch .
ARG APP
FROM node:24-bookworm-slim AS bundle
WORKDIR /repository
RUN npm install --global pnpm@12.21.0
COPY . .
ARG APP
RUN test -f "apps/$APP/package.json" || { echo "Name an app: --build-arg APP=$(ls apps | grep -v '^_' | paste -sd'|')" >&2; exit 1; }
RUN --mount=type=cache,target=/root/.local/share/pnpm/store \
    pnpm install --frozen-lockfile --filter-prod "@repo/$APP..." --filter-prod "@repo/tools..." \
    && pnpm --filter "@repo/$APP" run build \
    && node tools/bundle-unit.ts "$APP" /bundle

# Packages with binaries, fonts or WebAssembly; everything else is in the bundle.
FROM node:24-bookworm-slim AS modules
WORKDIR /build
RUN npm install --global pnpm@12.21.0
COPY --from=bundle /bundle/package.json /bundle/pnpm-lock.yaml /bundle/pnpm-workspace.yaml /bundle/prune-modules.sh ./
RUN --mount=type=cache,target=/root/.local/share/pnpm/store \
    pnpm install --frozen-lockfile --prod && mkdir -p node_modules /image/data && sh prune-modules.sh

# Node, the libraries it is linked to, and a shell: less to carry and less to be attacked.
FROM node:24-bookworm-slim AS root
COPY --from=bundle /bundle/make-root.sh ./
RUN sh make-root.sh /image

FROM scratch
COPY --from=root /image /
ARG APP
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="$APP" \
      org.opencontainers.image.description="A web app of Outpost" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/node:24-bookworm-slim"
# Without DATABASE_URL the embedded database keeps its files in DATA_DIRECTORY: mount a volume there.
ENV PATH=/usr/local/bin:/usr/bin HOME=/home/node NODE_ENV=production \
    HOST=0.0.0.0 PORT=7860 DATA_DIRECTORY=/var/lib/outpost MALLOC_ARENA_MAX=1
WORKDIR /app
# Code belongs to root: the process may read and not change it.
COPY --from=modules /build/node_modules ./node_modules
COPY --from=modules --chown=1000:1000 /image/data /var/lib/outpost
COPY --from=bundle /bundle ./
USER 1000
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["/app/start.sh"]
