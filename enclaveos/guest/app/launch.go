package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"runtime"
	"strings"
	"syscall"
	"unsafe"
)

const (
	defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

	prCapBSetDrop   = 24
	prSetNoNewPrivs = 38
	capVersion3     = 0x20080522
	lastCapability  = 63 // as many as the interface has room for; the kernel refuses the ones it lacks

	openFilesSoft = 65536
	openFilesHard = 1 << 20
)

// What uid 0 keeps: Docker's default set less MKNOD, SYS_CHROOT, NET_RAW and SETFCAP. Any other user has nothing.
const rootCapabilities = 1<<0 | // CHOWN
	1<<1 | // DAC_OVERRIDE
	1<<3 | // FOWNER
	1<<4 | // FSETID
	1<<5 | // KILL
	1<<6 | // SETGID
	1<<7 | // SETUID
	1<<8 | // SETPCAP
	1<<10 | // NET_BIND_SERVICE
	1<<29 // AUDIT_WRITE

// launchMain becomes the application, or writes why it could not. Everything that is given up here is given up by
// this one thread, which is the one that the exec keeps.
func launchMain() {
	runtime.LockOSThread()
	syscall.CloseOnExec(statusFD)
	err := becomeApp()
	fmt.Fprintln(os.NewFile(statusFD, "status"), err)
	os.Exit(127)
}

func becomeApp() error {
	config, err := io.ReadAll(os.NewFile(configFD, "config"))
	if err != nil {
		return err
	}
	syscall.CloseOnExec(configFD)
	var work job
	if err := json.Unmarshal(config, &work); err != nil {
		return err
	}
	if err := os.WriteFile("/proc/self/oom_score_adj", []byte("0"), 0); err != nil {
		return err
	}
	// The agent's own threads come first; this one is the application's from here on.
	if err := syscall.Setpriority(syscall.PRIO_PROCESS, 0, 0); err != nil {
		return fmt.Errorf("priority: %w", err)
	}
	files := syscall.Rlimit{Cur: openFilesSoft, Max: openFilesHard}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return fmt.Errorf("open files: %w", err)
	}
	syscall.Umask(0o022)
	if err := os.Chdir(work.Workdir); err != nil {
		return fmt.Errorf("working directory: %w", err)
	}
	if err := dropPrivileges(work.User.UID, work.User.GID, work.User.Groups); err != nil {
		return err
	}
	if err := installFilter(); err != nil {
		return fmt.Errorf("seccomp: %w", err)
	}
	return execute(work.Argv, work.Env)
}

func dropPrivileges(uid, gid int64, groups []int64) error {
	var keep uint64
	if uid == 0 {
		keep = rootCapabilities
	}
	for c := uintptr(0); c <= lastCapability; c++ {
		if keep&(1<<c) != 0 {
			continue
		}
		if err := raw("drop a capability", syscall.SYS_PRCTL, prCapBSetDrop, c, 0); err != nil && !errors.Is(err, syscall.EINVAL) {
			return err
		}
	}
	ids := make([]uint32, len(groups)+1)
	for i, g := range groups {
		ids[i] = uint32(g)
	}
	if err := raw("setgroups", syscall.SYS_SETGROUPS, uintptr(len(groups)), uintptr(unsafe.Pointer(&ids[0])), 0); err != nil {
		return err
	}
	if err := raw("setresgid", syscall.SYS_SETRESGID, uintptr(gid), uintptr(gid), uintptr(gid)); err != nil {
		return err
	}
	if err := raw("setresuid", syscall.SYS_SETRESUID, uintptr(uid), uintptr(uid), uintptr(uid)); err != nil {
		return err
	}
	if err := setCapabilities(keep); err != nil {
		return err
	}
	return raw("no new privileges", syscall.SYS_PRCTL, prSetNoNewPrivs, 1, 0)
}

// setCapabilities leaves exactly these, and none to inherit.
func setCapabilities(keep uint64) error {
	header := struct {
		version uint32
		pid     int32
	}{capVersion3, 0}
	low, high := uint32(keep), uint32(keep>>32)
	data := [6]uint32{low, low, 0, high, high, 0} // effective, permitted, inheritable; twice
	return raw("capset", syscall.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&data[0])), 0)
}

// execute tries what execvp would; it returns only when nothing could be run.
func execute(argv, env []string) error {
	name := argv[0]
	candidates := []string{name}
	if !strings.Contains(name, "/") {
		candidates = candidates[:0]
		for _, dir := range strings.Split(searchPath(env), ":") {
			candidates = append(candidates, path.Join("/", dir, name))
		}
	}
	var result error = syscall.ENOENT
	for _, candidate := range candidates {
		err := syscall.Exec(candidate, argv, env)
		if err != syscall.ENOENT && err != syscall.ENOTDIR || len(candidates) == 1 {
			result = err
		}
		if err == syscall.ENOEXEC {
			break
		}
	}
	if result == syscall.ENOENT {
		if _, err := os.Stat(name); strings.Contains(name, "/") && err == nil {
			return fmt.Errorf("exec %s: the file is there, its interpreter or dynamic loader is not", name)
		}
	}
	return fmt.Errorf("exec %s: %w", name, result)
}

func searchPath(env []string) string {
	for _, e := range env {
		if value, is := strings.CutPrefix(e, "PATH="); is {
			return value
		}
	}
	return defaultPath
}

// raw acts on this thread only, which the wrappers of the standard library would not.
func raw(what string, trap, a, b, c uintptr) error {
	if _, _, errno := syscall.RawSyscall(trap, a, b, c); errno != 0 {
		return fmt.Errorf("%s: %w", what, errno)
	}
	return nil
}
