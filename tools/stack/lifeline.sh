#!/bin/sh
# Runs "$@" and ties its life to this script's standard input: a pipe whose other end is held by the process that started
# it. When that process ends, even by `kill -9`, the pipe reads end-of-file, and the child gets SIGTERM, and SIGKILL 15 s
# later. The child is not reaped before `wait` returns, so its pid cannot belong to anyone else meanwhile.
# The child's pid is written to descriptor 3.

exec 4<&0 </dev/null
"$@" 3>&- 4<&- &
child=$!
echo "$child" >&3
exec 3>&-

(
  read -r _ <&4
  kill -TERM "$child" 2>/dev/null
  n=0
  while [ "$n" -lt 150 ] && kill -0 "$child" 2>/dev/null; do
    sleep 0.1
    n=$((n + 1))
  done
  kill -KILL "$child" 2>/dev/null
) >/dev/null 2>&1 &
watcher=$!
exec 4<&-

wait "$child"
code=$?
kill "$watcher" 2>/dev/null
# Whoever waits for this script finds nothing of it left.
wait "$watcher" 2>/dev/null
exit "$code"
