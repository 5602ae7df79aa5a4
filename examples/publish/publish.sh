#!/bin/sh
# Shows one job and its streaming model call on an opswire dashboard, line by line as they happen; needs curl only.
#
#   sh publish.sh http://127.0.0.1:3100/ops
set -eu
url=${1:?usage: publish.sh URL, where URL is that of the dashboard, such as http://127.0.0.1:3100/ops}
job="sh-$(date +%s)-$$"

work() {
  echo '{"type":"request.start","id":"'"$job"'","kind":"job","name":"nightly report","session":"shell"}'
  echo '{"type":"call.start","id":"'"$job"'-call","requestId":"'"$job"'","provider":"example","model":"parrot-1","streaming":true}'
  for tokens in 4 8 12 16; do
    sleep 0.1
    echo '{"type":"call.progress","id":"'"$job"'-call","outputTokens":'"$tokens"'}'
  done
  echo '{"type":"call.end","id":"'"$job"'-call","inputTokens":7,"outputTokens":16,"finishReason":"stop"}'
  echo '{"type":"request.end","id":"'"$job"'"}'
  echo '{"type":"log","source":"publish.sh","message":"report done","requestId":"'"$job"'","time":"'"$(date -u +%FT%TZ)"'"}'
}

# -T - sends what comes as it comes, where --data-binary @- would wait for the end.
answer=$(work | curl -sS -X POST -T - -H 'Content-Type: application/x-ndjson' "${url%/}/api/ingest")
echo "$answer"
case $answer in
  *'"rejected":[]'*) ;;
  *) exit 1 ;;
esac
