#!/usr/bin/env bash
# Ask, follow the permalink, and open the passage behind the first citation, with curl alone.
set -euo pipefail
url=${COACH_URL:-http://127.0.0.1:8000}
question=${1:-How do you roll back a bad release?}
auth=(-H "Authorization: Bearer ${COACH_API_KEY:-none}")
body=$(python3 -c 'import json, sys; print(json.dumps({"question": sys.argv[1]}))' "$question")

answer=$(curl --silent --show-error --fail-with-body "${auth[@]}" \
  --json "$body" -H "Idempotency-Key: $RANDOM-$RANDOM" "$url/v1/answers")
read -r id document start end < <(python3 -c '
import json, sys, urllib.parse
answer = json.load(sys.stdin)
claims = [claim for part in answer["outline"].values() for claim in part]
cited = claims[0]["citations"][0] if claims else {"document": "", "start": 0, "end": 0}
print(answer["id"], urllib.parse.quote(cited["document"]) or "-", cited["start"], cited["end"])' <<< "$answer")

echo "permalink: $url/v1/answers/$id"
curl --silent --show-error --fail-with-body "${auth[@]}" "$url/v1/answers/$id" > /dev/null
if [ "$document" != - ]; then
  echo "passage:"
  curl --silent --show-error --fail-with-body "${auth[@]}" "$url/v1/documents/$document?start=$start&end=$end&margin=0"
  echo
fi
echo "stream:"
curl --silent --show-error --fail-with-body --no-buffer "${auth[@]}" --json "$body" -H 'Accept: text/event-stream' \
  "$url/v1/answers" | grep '^event:'
