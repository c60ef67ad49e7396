#!/usr/bin/env bash
# build-image.sh space|app <name> [full|pocket]: builds outpost/<name> from this checkout.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kind=${1:?space or app} name=${2:?name of a Space or app} model=${3:-full}
arguments=(--build-arg "REVISION=$(git rev-parse HEAD)" --build-arg "VERSION=$(node -p "require('./${kind}s/$name/package.json').version")")
if [ "$kind" = space ]; then arguments+=(--build-arg "SPACE=$name" --build-arg "MODEL=$model"); else arguments+=(--build-arg "APP=$name"); fi
# HF_TOKEN opens private weights; it is mounted while the model is made and is in no layer.
if [ -n "${HF_TOKEN:-}" ]; then arguments+=(--secret id=HF_TOKEN,env=HF_TOKEN); fi
DOCKER_BUILDKIT=1 docker build -f "docker/$kind.Dockerfile" "${arguments[@]}" -t "outpost/$name" .
