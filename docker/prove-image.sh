#!/usr/bin/env bash
# prove-image.sh space|app <name>: starts outpost/<name> as a careful host would (read-only, no privilege, little memory) and asks
# /ready. A Space gets no network at all: it must not fetch anything. An app gets a PostgreSQL.
set -euo pipefail
kind=${1:?space or app} name=${2:?name of a Space or app}
image=outpost/$name network=proof-$$
cleanup() { docker rm -f "$network-$name" "$network-postgres" >/dev/null 2>&1 || true; docker network rm "$network" >/dev/null 2>&1 || true; }
trap cleanup EXIT
docker network create --internal "$network" >/dev/null
arguments=(--network "$network" --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --pids-limit 512)
if [ "$kind" = app ]; then
  docker run -d --name "$network-postgres" --network "$network" -e POSTGRES_PASSWORD=proof pgvector/pgvector:pg17 >/dev/null
  until docker exec "$network-postgres" pg_isready -q -h 127.0.0.1 -U postgres; do sleep 1; done
  nobody=http://127.0.0.1:9
  arguments+=(--memory 512m -e "DATABASE_URL=postgres://postgres:proof@$network-postgres:5432/postgres" -e "DATABASE_NAME=proof" -e LOCAL_FALLBACK=false
    -e ADMIN_API_KEY=for-the-time-of-the-proof -e SECRET_KEY=for-the-time-of-the-proof-of-the-image
    -e "HF_SPACE_ENDPOINT=$nobody" -e "HF_SPACE_EMBEDDER_ENDPOINT=$nobody" -e "HF_SPACE_URL=$nobody" -e "SIGLIP_SPACE_URL=$nobody" -e "LLM_SPACE_URL=$nobody")
else
  arguments+=(--memory 4g)
fi
docker run -d --name "$network-$name" "${arguments[@]}" "$image" >/dev/null
ask='fetch("http://127.0.0.1:" + process.env.PORT + "/ready").then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))'
for ((second = 0; second < 180; second += 1)); do
  if docker exec "$network-$name" node -e "$ask"; then
    [ "$(docker exec "$network-$name" id -u)" = 1000 ] || { echo "$image does not run as user 1000" >&2; exit 1; }
    docker stop -t 20 "$network-$name" >/dev/null
    code=$(docker inspect "$network-$name" --format '{{.State.ExitCode}}')
    [ "$code" = 0 ] || { echo "$image was told to stop and left with $code" >&2; exit 1; }
    echo "$image: ready after $second s, $(($(docker image inspect "$image" --format '{{.Size}}') / 1000000)) MB, stops when told to"
    exit 0
  fi
  [ "$(docker inspect "$network-$name" --format '{{.State.Running}}')" = true ] || break
  sleep 1
done
docker logs "$network-$name" >&2
echo "$image was not ready" >&2
exit 1
