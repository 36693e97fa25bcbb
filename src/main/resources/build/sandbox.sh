#!/bin/sh
# Runs one command where it sees nothing of this machine: no process, no network, no file but a read-only /usr and
# what it was given. Called by Sandbox.java, which says what the arguments are; they are passed on as "$@", never
# put into a string. Needs util-linux and hostname; for a user uidmap; for the network slirp4netns and ip.
#
#   host    outside, as the user who called: makes the first namespaces
#   init    PID 1 inside: builds the root file system, owns the network namespace, watches the lifeline
#   enter   inside a second user namespace that owns nothing of the above: runs the command
#
# SANDBOX_HOST and SANDBOX_STORAGE (disk or memory) are for `caution reproduce`; see Circumstances.java.
#
# Standard input is the lifeline: a pipe that the caller holds open. When it closes, everything in here dies, even if
# the caller was killed before it could ask for that.
set -eu
umask 022

fail() {
  printf 'sandbox: %s\n' "$*" >&2
  exit 125
}

# Asked without --map-auto, which waits for ever where it is refused (util-linux 2.38).
require_namespaces() {
  unshare --user --map-root-user true 2>/dev/null || fail 'the kernel lets this user make no user namespace: not in a chroot,' \
    'and in a container only where that allows it (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone)'
}

stage=$1
shift

case $stage in
host)
  # WORK SOURCE BASES NETWORK DISK FILES MEMORY PROCESSES FILESIZE COMMAND…
  work=$1 network=$4
  exec 3<&0 </dev/null
  if [ -e "$work/groups" ]; then
    while read -r group; do
      echo $$ >"$group/cgroup.procs" || fail "this process cannot join the control group $group"
    done <"$work/groups"
  fi
  if [ "$(id -u)" = 0 ]; then
    set -- root "$@"
  else
    command -v newuidmap >/dev/null || fail 'newuidmap is missing; install it: apt-get install uidmap'
    set -- user "$@"
  fi
  who=$1
  [ "$network" = off ] || command -v slirp4netns >/dev/null ||
    fail 'the network of a build needs slirp4netns; install it: apt-get install slirp4netns'
  [ "$network" = off ] || [ -w /dev/net/tun ] ||
    fail 'the network of a build needs /dev/net/tun, which this user may not open; as root: chmod 0666 /dev/net/tun'
  # Addresses of this machine itself: what listens on them is as private as what listens on loopback.
  own=
  [ "$network" = off ] || own=$(ip -4 -o address show | sed -n 's/.* inet \([0-9.]*\).*/\1/p' | tr '\n' ' ')
  set -- setsid --wait unshare --mount --pid --net --ipc --uts --fork --kill-child -- \
    sh "$work/tools/sandbox.sh" init "$own" "$@"
  if [ "$who" = user ]; then
    shift 3
    require_namespaces
    set -- setsid --wait unshare --user --map-root-user --map-auto "$@"
  fi
  if [ "$network" = off ]; then
    exec "$@" <&3 3<&-
  fi
  rm -f "$work/network" # of a run before this one
  mkfifo "$work/network"
  "$@" <&3 3<&- &
  child=$!
  trap 'kill "$child" 2>/dev/null || :' EXIT
  # PID 1 says which process it is, seen from out here: the only child of the process that was started.
  read -r _ <"$work/network"
  inner=$(cat "/proc/$child/task/$child/children")
  slirp4netns --configure --mtu=65520 --disable-host-loopback --exit-fd=3 "${inner%% *}" tap0 \
    >"$work/slirp.log" 2>&1 &
  slirp=$!
  exec 3<&-
  status=0
  wait "$child" || status=$?
  trap - EXIT
  kill "$slirp" 2>/dev/null || :
  exit "$status"
  ;;

init)
  own=$1 who=$2 work=$3 source=$4 bases=$5 network=$6 disk=$7 files=$8 memory=$9
  shift 9
  exec 3<&0 4>"$work/verdict" </dev/null
  PATH=/usr/sbin:/usr/bin:/sbin:/bin
  # What the build's ids are out here: ids that belong to nobody on this machine; for a user, the subordinate ones,
  # never the user's own (0 here), which could signal the processes of this script.
  if [ "$who" = root ]; then first=1900000000 count=65536; else first=1 count=65535; fi

  root=$work/root
  mount -t tmpfs -o mode=755,nosuid,size=16m caution "$root"
  cd "$root"
  mkdir proc sys dev tmp run etc old source bases work caution usr

  bind() { # FROM TO: what the build may read, and no more
    mount --rbind "$1" "$root$2"
    mount -o remount,bind,ro,nosuid "$root$2"
  }
  bind /usr /usr
  for dir in bin sbin lib lib32 lib64 libx32; do
    if [ -L "/$dir" ]; then
      cp -P "/$dir" "$dir"
    elif [ -d "/$dir" ]; then
      mkdir "$dir"
      bind "/$dir" "/$dir"
    fi
  done
  bind "$source" /source
  bind "$bases" /bases
  bind "$work/tools" /caution
  mount --bind "$work/inside" work
  chown "$first:$first" work
  if [ "${SANDBOX_STORAGE:-disk}" = memory ]; then
    mkdir work/storage
    mount -t tmpfs -o mode=755 storage work/storage
    chown "$first:$first" work/storage
  fi

  cp /etc/ld.so.cache etc/
  [ ! -d /etc/alternatives ] || cp -RP /etc/alternatives etc/
  [ ! -d /etc/ssl/certs ] || { mkdir etc/ssl && cp -RPL /etc/ssl/certs etc/ssl/ 2>/dev/null || :; }
  mkdir etc/containers
  cp caution/policy.json caution/storage.conf caution/registries.conf caution/containers.conf etc/containers/
  printf 'root:x:0:0:root:/work/home:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n' >etc/passwd
  printf 'root:x:0:\nnogroup:x:65534:\n' >etc/group
  printf '127.0.0.1 localhost\n' >etc/hosts
  if [ "$network" = off ]; then : >etc/resolv.conf; else printf 'nameserver 10.0.2.3\n' >etc/resolv.conf; fi

  for node in null zero full random urandom; do
    : >"dev/$node"
    mount --bind "/dev/$node" "dev/$node"
  done
  ln -s /proc/self/fd dev/fd
  ln -s /proc/self/fd/0 dev/stdin
  ln -s /proc/self/fd/1 dev/stdout
  ln -s /proc/self/fd/2 dev/stderr
  mkdir dev/shm dev/pts
  mount -t tmpfs -o mode=1777,nosuid,nodev,size=256m shm dev/shm
  mount -t proc -o nosuid,nodev,noexec,hidepid=2 proc proc
  mount -t tmpfs -o mode=1777,nosuid,nodev,size=256m tmp tmp
  mount -t tmpfs -o mode=755,nosuid,nodev,size=64m run run
  hostname "${SANDBOX_HOST:-build}"

  if [ "$network" != off ]; then
    echo ready >"$work/network"
    tries=0
    until [ -d /proc/sys/net/ipv4/conf/tap0 ] && ip route show default | grep -q tap0; do
      tries=$((tries + 1))
      [ "$tries" -lt 100 ] || fail "the network did not come up: $(tail -n 1 "$work/slirp.log")"
      sleep 0.1
    done
    # 10.0.2.0/24 is slirp4netns' own network: more specific, so it stays.
    for net in 0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 198.18.0.0/15; do
      ip route add unreachable "$net"
    done
    for address in $own; do
      case $address in 127.*) ;; *) ip route add unreachable "$address/32" 2>/dev/null || : ;; esac
    done
  fi

  pivot_root . old
  cd /
  umount -l /old
  rmdir /old
  mount -o remount,ro /

  mkfifo /run/ready /run/go
  unshare --user --mount --keep-caps -- sh /caution/sandbox.sh enter "$@" 3<&- 4>&- &
  command=$!
  read -r _ </run/ready
  for map in uid_map gid_map; do
    echo "0 $first $count" >"/proc/$command/$map" ||
      fail 'this user has fewer than 65536 subordinate ids; as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER'
  done
  echo go >/run/go

  { cat <&3 >/dev/null; kill -KILL -1; } 4>&- &
  exec 3<&-
  sh /caution/watch.sh disk "$disk" "$files" &
  [ "$memory" = 0 ] || sh /caution/watch.sh memory "$memory" "$1" &
  exec 4>&-
  status=0
  wait "$command" || status=$?
  # Files of other ids are easiest removed by whoever can name them. The result, in /work/out, is left.
  umount -l /work/storage 2>/dev/null || :
  rm -rf /work/storage /work/run /work/tmp /work/home
  exit "$status"
  ;;

enter)
  # PROCESSES FILESIZE COMMAND…
  echo ready >/run/ready
  read -r _ </run/go
  processes=$1 filesize=$2
  shift 2
  cd /work
  # A namespace of the build's own would hold more than is counted here, and asks more of the kernel.
  echo 0 >/proc/sys/user/max_user_namespaces
  # If this machine runs out of memory, the build goes first.
  echo 1000 >/proc/self/oom_score_adj
  # Keys of whoever started all this (a Kerberos ticket, say) are in a keyring that every child is handed. keyctl(2) 1
  # joins a new one; 250 is its number on x86-64, the only machine that enclaves have.
  if [ -e /proc/keys ]; then
    if command -v perl >/dev/null; then
      set -- perl -e 'syscall(250, 1, 0) >= 0 or die "sandbox: no keyring of its own: $!\n"; exec { $ARGV[0] } @ARGV' -- "$@"
    elif command -v keyctl >/dev/null; then
      set -- keyctl session - "$@"
    else
      fail 'perl is missing, or keyctl, to leave the keys of this session behind; install one: apt-get install perl-base'
    fi
  fi
  exec setpriv --reuid 0 --regid 0 --clear-groups --ambient-caps -all --inh-caps -all \
    prlimit --core=0 --nproc="$processes" --fsize="$filesize" -- \
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/work/home TMPDIR=/work/tmp LANG=C.UTF-8 LC_ALL=C.UTF-8 TZ=UTC \
    XDG_RUNTIME_DIR=/work/run/user "$@"
  ;;

remove)
  # DIRECTORY: of a build that has ended or was killed, with files of ids that only its namespace can name
  if [ -e "$1/groups" ]; then
    while read -r group; do
      tries=0
      # The last process of it may still be on its way out.
      until [ ! -d "$group" ] || rmdir "$group" 2>/dev/null || [ "$tries" -ge 50 ]; do
        tries=$((tries + 1))
        sleep 0.1
      done
    done <"$1/groups"
  fi
  if [ "$(id -u)" = 0 ]; then
    exec rm -rf --one-file-system -- "$1"
  fi
  require_namespaces
  exec unshare --user --map-root-user --map-auto -- rm -rf --one-file-system -- "$1"
  ;;

*)
  fail "no such stage: $stage"
  ;;
esac
