#!/usr/bin/env bash
# The pinned pnpm and the workspace, which brings the pinned Node with it.
set -euo pipefail
npm install --global "pnpm@$(node -p 'require("./package.json").packageManager.split("@")[1]')"
pnpm install --frozen-lockfile
