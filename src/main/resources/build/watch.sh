#!/bin/sh
# Beside PID 1 of the sandbox, outside of what the build may signal: ends the build when it uses more than it may, after
# writing what of to descriptor 4.
#
#   disk KIB FILES         of /work, and of files there that are open and have no name any more
#   memory KIB PROCESSES   of everything in here; only where no control group counts them
set -u

over() {
  echo "$1" >&4
  kill -KILL -1
  exit
}

# Device, inode and 512-byte blocks of files that are open somewhere and have no name, in memory (memfd) or on a disk.
nameless() {
  find /proc/[0-9]*/fd -lname '* (deleted)' -exec stat -L -c '%d %i %b' {} + 2>/dev/null |
    awk '!seen[$1, $2]++'
}

# KiB that each file system in memory holds, whoever mounted it.
tmpfs() {
  grep -H ' - tmpfs ' /proc/[0-9]*/mountinfo 2>/dev/null |
    awk '!seen[$3]++ { sub(/mountinfo:.*/, "root", $1); print $1 $5 }' |
    while read -r path; do printf '%b\0' "$path"; done |
    xargs -0 -r df -k --output=used 2>/dev/null
}

what=$1 most=$2 count=$3
disk=$(stat -c %d /work)
case $what in
disk)
  while sleep 1; do
    # A file of several names is found as often: each time a part of it is counted. One that is just being removed may be
    # seen with no name left.
    verdict=$({
      find /work -xdev -printf '%y %n %b\n' 2>/dev/null
      nameless | awk -v disk="$disk" '$1 == disk { print "f 1 " $3 }'
    } | awk -v most="$most" -v count="$count" '
      { part = $1 == "d" || $2 < 2 ? 1 : 1 / $2; kib += part * $3 / 2; files += part }
      END { if (kib > most) print "disk"; else if (files > count) print "files" }')
    [ -z "$verdict" ] || over "$verdict"
  done
  ;;
memory)
  while sleep 0.5; do
    verdict=$({
      cat /proc/[0-9]*/smaps_rollup 2>/dev/null | awk '/^(Pss_Anon|Pss_Shmem|SwapPss):/ { print $2 }'
      tmpfs
      nameless | awk -v disk="$disk" '$1 != disk { print $3 / 2 }'
      # System V segments: bytes resident and swapped are the last two columns.
      awk 'NR > 1 { print ($(NF - 1) + $NF) / 1024 }' /proc/sysvipc/shm 2>/dev/null
    } | awk -v most="$most" '{ kib += $1 } END { if (kib > most) print "memory" }')
    [ -z "$verdict" ] || over "$verdict"
    set -- /proc/[0-9]*
    [ $# -le "$count" ] || over processes
  done
  ;;
esac
