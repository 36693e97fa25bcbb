// An application that tries to leave the place it was given. It serves one report on port 8080: a line for each attempt,
// `held` or `BROKE`. An attempt holds only when it is refused in the way that it is meant to be refused.
package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sort"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

const socket = "/run/caution/attestation.sock"

var report strings.Builder

func say(ok bool, name string, found any) {
	word := "held"
	if !ok {
		word = "BROKE"
	}
	fmt.Fprintf(&report, "%s %s: %v\n", word, name, found)
}

// refused holds when the error is one of these.
func refused(name string, err error, want ...syscall.Errno) {
	for _, errno := range want {
		if errors.Is(err, errno) {
			say(true, name, err)
			return
		}
	}
	say(false, name, fmt.Sprint("got ", err))
}

func call(number uintptr, args ...uintptr) error {
	var a [6]uintptr
	copy(a[:], args)
	_, _, errno := syscall.Syscall6(number, a[0], a[1], a[2], a[3], a[4], a[5])
	if errno == 0 {
		return nil
	}
	return errno
}

func open(path string, flags int) error {
	fd, err := syscall.Open(path, flags, 0)
	if err == nil {
		syscall.Close(fd)
	}
	return err
}

func names(dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	sort.Strings(all)
	return strings.Join(all, " ")
}

func text(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func field(name string) string {
	for _, line := range strings.Split(text("/proc/self/status"), "\n") {
		if value, is := strings.CutPrefix(line, name+":\t"); is {
			return value
		}
	}
	return "none"
}

func main() {
	if len(os.Args) > 2 && os.Args[2] == "knock" {
		_, err := net.Dial("unix", socket)
		fmt.Print(err)
		return
	}
	switch os.Args[1] {
	case "burn": // in a process of its own: this one is to answer
		if len(os.Args) > 2 {
			burn()
			select {}
		}
		if err := exec.Command("/app", "burn", "now").Start(); err != nil {
			panic(err)
		}
	case "crash":
		debug.SetTraceback("crash") // ends by SIGABRT instead of an exit code
		panic("on purpose")
	}
	os.Stdin.Close() // what is left is counted below
	listener, err := net.Listen("tcp", ":8080")
	if err != nil {
		panic(err)
	}
	var once sync.Once
	http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		once.Do(attack)
		w.Header().Set("Content-Length", fmt.Sprint(report.Len()))
		io.WriteString(w, report.String())
	}))
}

func attack() {
	if os.Args[1] == "burn" {
		return
	}
	processes()
	files()
	devices()
	kernel()
	namespaces()
	sockets()
	notary()
	limits()
	signals() // last: whoever is wrong about them ends here
}

// The agent and the shim: seen, read, or touched.
func processes() {
	var others []string
	for _, name := range strings.Fields(names("/proc")) {
		if name[0] >= '0' && name[0] <= '9' && name != "1" && name != fmt.Sprint(os.Getpid()) {
			others = append(others, name)
		}
	}
	say(len(others) == 0, "only the shim and I are in /proc", others)
	for _, file := range []string{"mem", "maps", "environ", "auxv", "stack", "syscall"} {
		_, err := os.ReadFile("/proc/1/" + file)
		refused("read the shim's "+file, err, syscall.EACCES, syscall.EPERM, syscall.ENOENT)
	}
	for _, link := range []string{"root", "cwd", "exe", "ns/mnt", "ns/net", "fd/0", "fd/4"} {
		_, err := os.Readlink("/proc/1/" + link)
		refused("follow the shim's "+link, err, syscall.EACCES, syscall.EPERM, syscall.ENOENT)
	}
	refused("open the shim's descriptor", open("/proc/1/fd/4", syscall.O_RDWR), syscall.EACCES, syscall.EPERM, syscall.ENOENT)
	refused("trace the shim", syscall.PtraceAttach(1), syscall.EPERM)
	refused("trace my parent", call(syscall.SYS_PTRACE, 16 /* ATTACH */, uintptr(os.Getppid())), syscall.EPERM)
	refused("read another's memory", call(310, 1), syscall.EPERM)
	refused("write another's memory", call(311, 1), syscall.EPERM)
	refused("take another's descriptor", call(438, 3, 0, 0), syscall.EPERM)
	refused("compare with another", call(312, 1, uintptr(os.Getpid())), syscall.EPERM)
	open := names("/proc/self/fd")
	var leaked []string
	for _, fd := range strings.Fields(open) {
		target, err := os.Readlink("/proc/self/fd/" + fd)
		if err == nil && !strings.HasPrefix(target, "socket:") && !strings.HasPrefix(target, "anon_inode:[event") && target != "/dev/null" && !strings.HasPrefix(target, "/proc/") {
			leaked = append(leaked, fd+"="+target)
		}
	}
	say(len(leaked) == 0, "no descriptor was left to me", leaked)
	say(strings.Join(os.Environ(), " ") == "ONLY=THIS", "no variable was left to me", os.Environ())
}

func files() {
	for _, path := range []string{"/init", "/app/rootfs", "/app/manifest.json", "/../init", "/proc/self/root/../init", "/sys/kernel", "/sys/fs/cgroup"} {
		refused("find "+path, open(path, syscall.O_RDONLY), syscall.ENOENT, syscall.ENOTDIR)
	}
	var foreign []string
	for _, line := range strings.Split(text("/proc/self/mountinfo"), "\n") {
		for _, kind := range []string{" sysfs ", " cgroup2 ", " devtmpfs ", " securityfs ", " debugfs "} {
			if strings.Contains(line, kind) {
				foreign = append(foreign, line)
			}
		}
	}
	say(len(foreign) == 0, "none of the agent's mounts", foreign)
	refused("make a link outside", os.Symlink("/init", "/run/caution/x"), syscall.EROFS, syscall.EACCES)
	refused("replace the socket", os.Remove(socket), syscall.EROFS, syscall.EACCES)
	refused("open the socket to all", os.Chmod(socket, 0o777), syscall.EROFS, syscall.EPERM)
	for _, path := range []string{"/proc/sys/kernel/hostname", "/proc/sys/vm/overcommit_memory", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/kernel/panic"} {
		refused("write "+path, open(path, syscall.O_WRONLY), syscall.EROFS, syscall.EACCES, syscall.ENOENT)
	}
	for _, path := range []string{"/proc/sysrq-trigger", "/proc/kcore", "/proc/kmem", "/proc/kallsyms", "/proc/sys/kernel/core_pattern"} {
		refused("open "+path, open(path, syscall.O_RDWR), syscall.ENOENT, syscall.EROFS)
	}
	refused("read the kernel's log", open("/proc/kmsg", syscall.O_RDONLY), syscall.EPERM, syscall.EACCES, syscall.ENOENT)
	refused("save myself from the killer", os.WriteFile("/proc/self/oom_score_adj", []byte("-1000"), 0), syscall.EACCES, syscall.EPERM)
}

func devices() {
	const all = "fd full null random shm stderr stdin stdout tty urandom zero"
	found := names("/dev")
	say(found == all, "/dev holds what it should", found)
	for _, path := range []string{"/dev/nsm", "/dev/vsock", "/dev/vhost-vsock", "/dev/mem", "/dev/kmsg", "/dev/console", "/dev/ttyS0", "/dev/hwrng"} {
		refused("open "+path, open(path, syscall.O_RDWR), syscall.ENOENT)
	}
	for name, device := range map[string]int{"the security module": 10<<8 | 144, "the console": 5<<8 | 1, "memory": 1<<8 | 1, "the kernel's log": 1<<8 | 11} {
		for _, dir := range []string{"/", "/tmp", "/dev", "/dev/shm"} {
			path := dir + "/made"
			err := syscall.Mknod(path, syscall.S_IFCHR|0o666, device)
			if err == nil {
				err = open(path, syscall.O_RDWR)
				os.Remove(path)
			}
			refused("make "+name+" in "+dir, err, syscall.EPERM, syscall.EACCES)
		}
	}
	refused("a controlling terminal", open("/dev/tty", syscall.O_RDWR), syscall.ENXIO)
}

// Calls that no application here has business with.
func kernel() {
	for name, number := range map[string]uintptr{
		"bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
		"open_by_handle_at": 304, "name_to_handle_at": 303, "memfd_secret": 447, "add_key": 248, "request_key": 249, "keyctl": 250,
		"kexec_load": 246, "kexec_file_load": 320, "init_module": 175, "finit_module": 313, "delete_module": 176, "reboot": 169,
		"swapon": 167, "acct": 163, "quotactl": 179, "quotactl_fd": 443, "fanotify_init": 300, "iopl": 172, "ioperm": 173,
		"settimeofday": 164, "clock_settime": 227, "sethostname": 170, "setdomainname": 171, "syslog": 103, "modify_ldt": 154,
		"process_madvise": 440, "uselib": 134, "vhangup": 153, "lookup_dcookie": 212, "move_pages": 279,
	} {
		refused(name, call(number), syscall.EPERM)
	}
	refused("set the clock's rate", call(159, uintptr(unsafe.Pointer(&syscall.Timex{Modes: 2, Freq: 1}))), syscall.EPERM)
	refused("clone3", call(435), syscall.ENOSYS)
	refused("a call of the x32 table", call(0x40000000|41, 40, 1, 0), syscall.ENOSYS)
	caps := "0000000000000000"
	if os.Getuid() == 0 {
		caps = "00000000200005fb" // CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE AUDIT_WRITE
	}
	for name, want := range map[string]string{"CapEff": caps, "CapPrm": caps, "CapInh": "0000000000000000", "CapAmb": "0000000000000000", "NoNewPrivs": "1", "Seccomp": "2"} {
		say(field(name) == want, name, field(name))
	}
	if os.Getuid() == 0 {
		say(field("CapBnd") == caps, "CapBnd", field("CapBnd"))
	}
}

func namespaces() {
	for name, flag := range map[string]int{
		"mount": syscall.CLONE_NEWNS, "user": syscall.CLONE_NEWUSER, "pid": syscall.CLONE_NEWPID, "net": syscall.CLONE_NEWNET,
		"ipc": syscall.CLONE_NEWIPC, "uts": syscall.CLONE_NEWUTS, "cgroup": syscall.CLONE_NEWCGROUP, "time": 0x80,
	} {
		refused("a "+name+" namespace", syscall.Unshare(flag), syscall.EPERM)
		if name != "time" {
			refused("a child in a "+name+" namespace", call(syscall.SYS_CLONE, uintptr(flag)|uintptr(syscall.SIGCHLD)), syscall.EPERM)
		}
	}
	refused("enter a namespace", call(308, 0, 0), syscall.EPERM)
	refused("mount", syscall.Mount("tmpfs", "/tmp", "tmpfs", 0, ""), syscall.EPERM)
	refused("remount", syscall.Mount("", "/proc/sys", "", syscall.MS_REMOUNT|syscall.MS_BIND, ""), syscall.EPERM)
	refused("unmount", syscall.Unmount("/proc/sys", syscall.MNT_DETACH), syscall.EPERM)
	refused("chroot", syscall.Chroot("/tmp"), syscall.EPERM)
	refused("pivot_root", syscall.PivotRoot("/", "/tmp"), syscall.EPERM)
	for name, number := range map[string]uintptr{"open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433, "mount_setattr": 442} {
		refused(name, call(number), syscall.EPERM)
	}
}

func sockets() {
	for name, c := range map[string]struct {
		family, kind, protocol int
		want                   syscall.Errno
	}{
		"vsock": {40, syscall.SOCK_STREAM, 0, syscall.EPERM}, "vsock packets": {40, syscall.SOCK_SEQPACKET, 0, syscall.EPERM},
		"link-layer packets": {syscall.AF_PACKET, syscall.SOCK_RAW, 0, syscall.EAFNOSUPPORT}, "the kernel's ciphers": {38, syscall.SOCK_SEQPACKET, 0, syscall.EAFNOSUPPORT},
		"XDP": {44, syscall.SOCK_RAW, 0, syscall.EAFNOSUPPORT}, "Bluetooth": {31, syscall.SOCK_RAW, 0, syscall.EAFNOSUPPORT},
		"socket diagnosis": {syscall.AF_NETLINK, syscall.SOCK_RAW, 4, syscall.EPROTONOSUPPORT}, "audit": {syscall.AF_NETLINK, syscall.SOCK_RAW, 9, syscall.EPROTONOSUPPORT},
		"kernel events": {syscall.AF_NETLINK, syscall.SOCK_RAW, 15, syscall.EPROTONOSUPPORT}, "raw IP": {syscall.AF_INET, syscall.SOCK_RAW, 1, syscall.EPERM},
	} {
		fd, err := syscall.Socket(c.family, c.kind, c.protocol)
		if err == nil {
			syscall.Close(fd)
		}
		refused("a socket for "+name, err, c.want)
	}
	if fds, err := syscall.Socketpair(40, syscall.SOCK_STREAM, 0); err == nil {
		say(false, "a pair of vsock sockets", fds)
	} else {
		say(true, "a pair of vsock sockets", err)
	}
	var foreign []string
	for _, line := range strings.Split(text("/proc/net/tcp"), "\n")[1:] {
		words := strings.Fields(line)
		// local address, state: 0A listens; mine is port 8080 = 1F90; the agent answers for egress on 127.64.0.2:443
		if len(words) > 3 && words[3] == "0A" && !strings.HasSuffix(words[1], ":1F90") && words[1] != "0200407F:01BB" {
			foreign = append(foreign, words[1])
		}
	}
	say(len(foreign) == 0, "nobody else listens on loopback", foreign)
	var abstract []string
	for _, line := range strings.Split(text("/proc/net/unix"), "\n")[1:] {
		words := strings.Fields(line)
		if len(words) > 7 && words[7] != socket {
			abstract = append(abstract, words[7])
		}
	}
	say(len(abstract) == 0, "no other Unix socket has a name", abstract)
	for _, port := range []string{"49502", "49503", "49510", "49511", "49512", "9000"} {
		_, err := net.Dial("tcp", "127.0.0.1:"+port)
		refused("a port of the agent, "+port, err, syscall.ECONNREFUSED)
	}
	for _, address := range []string{"127.64.0.2:443", "0.0.0.0:443"} {
		_, err := net.Listen("tcp4", address)
		refused("answer in the place of an egress pair, "+address, err, syscall.EADDRINUSE)
	}
	_, err := net.DialTimeout("tcp", "192.0.2.1:80", 3*time.Second)
	refused("a route out", err, syscall.ENETUNREACH)
	_, err = net.LookupHost("other.example")
	say(err != nil, "a name that is not listed", err)
}

// The socket of the agent's: documents are about me, whatever I say.
func notary() {
	client := http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{Dial: func(string, string) (net.Conn, error) { return net.Dial("unix", socket) }}}
	forged := append([]byte("caution1:"), bytes.Repeat([]byte{7}, 48)...)
	body := `{"user_data":"` + base64.StdEncoding.EncodeToString(forged) + `","nonce":"` + base64.StdEncoding.EncodeToString([]byte("mine")) + `"}`
	answer, err := client.Post("http://agent/attestation", "application/json", strings.NewReader(body))
	if err != nil {
		say(false, "a document of my own", err)
		return
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(answer.Body)
	encoded := strings.TrimSuffix(strings.TrimPrefix(string(said), `{"document":"`), `"}`)
	document, err := base64.StdEncoding.DecodeString(encoded)
	// The scripted module's document is the request: in it the user data lie with their length in front.
	say(err == nil && bytes.Contains(document, append([]byte("user_data\x58\x3dapp:"), forged...)), "a document of my own says that it is mine", answer.Status)
	say(err == nil && !bytes.Contains(document, append([]byte("user_data\x58\x39"), forged...)), "a document in the agent's name", answer.Status)
	for _, path := range []string{"/attestation/../../etc", "//attestation", "/", "/attestation%2f..", "/debug/pprof"} {
		request, _ := http.NewRequest("GET", "http://agent", nil)
		request.URL.Opaque = path
		answer, err := client.Do(request)
		if err != nil {
			say(false, "ask the agent for "+path, err)
			continue
		}
		answer.Body.Close()
		say(answer.StatusCode == 404, "ask the agent for "+path, answer.Status)
	}
	if os.Getuid() == 0 {
		knock := exec.Command("/app", "attack", "knock")
		knock.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 4242, Gid: 4242}}
		out, err := knock.CombinedOutput()
		say(strings.Contains(string(out), "permission denied"), "the socket is not for another user of mine", fmt.Sprint(string(out), err))
	}
	// Held open and silent: the agent closes them, and others get in meanwhile (the test asks).
	for range 200 {
		conn, err := net.DialTimeout("unix", socket, time.Second)
		if err != nil {
			break
		}
		kept = append(kept, conn)
	}
	say(true, "connections that I hold", len(kept))
}

var kept []net.Conn

func limits() {
	say(strings.TrimSpace(text("/proc/self/cgroup")) == "0::/app", "my control group", strings.TrimSpace(text("/proc/self/cgroup")))
	refused("come first", syscall.Setpriority(syscall.PRIO_PROCESS, 0, -20), syscall.EACCES, syscall.EPERM)
	refused("run in real time", call(144, 0, 1, uintptr(unsafe.Pointer(&[1]int32{1}))), syscall.EPERM)
	n, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0)
	say(err == nil && n == 20, "my priority is everybody's", n) // the call answers 20 - nice
	refused("more descriptors than anybody", syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 1 << 21, Max: 1 << 21}), syscall.EPERM)
	// A child that dumps core wherever one can: the kernel has no such thing.
	syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{Cur: 1 << 30, Max: 1 << 30})
	crash := exec.Command("/app", "crash")
	crash.Dir = "/tmp"
	crash.Run()
	status, is := crash.ProcessState.Sys().(syscall.WaitStatus)
	say(is && status.Signaled() && !status.CoreDump() && !strings.Contains(names("/tmp"), "core"), "no core dump", crash.ProcessState)
}

func signals() {
	signal.Ignore(syscall.SIGTERM)
	for s := syscall.Signal(1); s < 65; s++ {
		if s == 32 || s == 33 {
			continue // Go takes no hold of these two: now and then they end the shim, and so the application that sent them
		}
		err := syscall.Kill(1, s)
		if os.Getuid() == 0 && err != nil || os.Getuid() != 0 && err != syscall.EPERM {
			say(false, fmt.Sprint("signal ", int(s), " to the shim"), err)
		}
	}
	refused("signal everybody else", syscall.Kill(-1, syscall.SIGTERM), syscall.ESRCH)
	time.Sleep(300 * time.Millisecond)
	say(true, "the shim and I live after every signal that Go takes", "")
}

// burn keeps every processor busy for ever, with far more threads than there are processors.
func burn() {
	runtime.GOMAXPROCS(400)
	for range 400 {
		go func() {
			runtime.LockOSThread()
			for {
			}
		}()
	}
}
