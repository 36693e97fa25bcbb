package app

import (
	"fmt"
	"os"
	"path"
	"strings"
	"syscall"
)

const (
	appRoot = "/app/rootfs"

	// Socket is where the application asks the agent for documents: the same path in the agent's root and in its own.
	Socket = "/run/caution/attestation.sock"

	quiet = syscall.MS_NOSUID | syscall.MS_NOEXEC
)

// enterRoot makes the application's tree the root of this mount namespace. pivot_root refuses an initramfs, so the
// tree is moved over the root and chrooted into. Everything after the chroot follows the application's symbolic
// links inside its own tree only.
func enterRoot(hosts string) error {
	steps := []struct {
		what string
		do   func() error
	}{
		{"make mounts private", func() error { return syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, "") }},
		{"bind " + appRoot, func() error { return syscall.Mount(appRoot, appRoot, "", syscall.MS_BIND, "") }},
		{"take set-uid and devices from it", func() error {
			return syscall.Mount("", appRoot, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_NOSUID|syscall.MS_NODEV, "")
		}},
		{"/run", bindSocket},
		{"detach the agent's mounts", detachAgentMounts},
		{"change directory", func() error { return os.Chdir(appRoot) }},
		{"move it over /", func() error { return syscall.Mount(".", "/", "", syscall.MS_MOVE, "") }},
		{"chroot", func() error { return syscall.Chroot(".") }},
		{"change directory", func() error { return os.Chdir("/") }},
		{"/proc", mountProc},
		{"/dev", mountDev},
		{"/tmp", makeTmp},
		{"/etc", func() error { return writeEtc(hosts) }},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return nil
}

// detachAgentMounts leaves nothing of the agent's devices and control groups below the new root.
func detachAgentMounts() error {
	for _, at := range []string{"/sys/fs/cgroup", "/sys", "/dev", "/proc"} {
		if err := syscall.Unmount(at, syscall.MNT_DETACH); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	}
	return nil
}

// bindSocket shows the application the directory of its socket: it may connect there, not replace it. Nothing of the
// application runs yet, so what was looked at stays.
func bindSocket() error {
	inside := appRoot + path.Dir(Socket)
	for _, name := range []string{path.Dir(inside), inside} {
		if err := mountPoint(name); err != nil {
			return err
		}
	}
	if err := syscall.Mount(path.Dir(Socket), inside, "", syscall.MS_BIND, ""); err != nil {
		return err
	}
	return syscall.Mount("", inside, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY|quiet|syscall.MS_NODEV, "")
}

// mountPoint makes a directory where there is none, and refuses what is something else: a link could lead the mount
// away from its name, and the launcher is found through /proc.
func mountPoint(name string) error {
	info, err := os.Lstat(name)
	if os.IsNotExist(err) {
		return os.Mkdir(name, 0o755)
	}
	if err == nil && !info.IsDir() {
		return fmt.Errorf("%s of the application's image is not a directory", strings.TrimPrefix(name, appRoot))
	}
	return err
}

func mountProc() error {
	if err := mountPoint("/proc"); err != nil {
		return err
	}
	if err := syscall.Mount("proc", "/proc", "proc", quiet|syscall.MS_NODEV, ""); err != nil {
		return err
	}
	// Uid 0 may write kernel settings without any capability: make them read-only for everybody.
	for _, at := range []string{"/proc/sys", "/proc/irq", "/proc/bus"} {
		if _, err := os.Stat(at); os.IsNotExist(err) {
			continue
		}
		if err := syscall.Mount(at, at, "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
			return err
		}
		flags := uintptr(syscall.MS_BIND | syscall.MS_REMOUNT | syscall.MS_RDONLY | quiet | syscall.MS_NODEV)
		if err := syscall.Mount("", at, "", flags, ""); err != nil {
			return err
		}
	}
	return nil
}

func mountDev() error {
	if err := mountPoint("/dev"); err != nil {
		return err
	}
	if err := syscall.Mount("tmpfs", "/dev", "tmpfs", quiet, "mode=755,size=64k"); err != nil {
		return err
	}
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	for _, d := range []struct {
		name         string
		major, minor int
	}{{"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}} {
		if err := syscall.Mknod("/dev/"+d.name, syscall.S_IFCHR|0o666, d.major<<8|d.minor); err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
	}
	for name, target := range map[string]string{
		"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
	} {
		if err := os.Symlink(target, "/dev/"+name); err != nil {
			return err
		}
	}
	if err := os.Mkdir("/dev/shm", 0o755); err != nil {
		return err
	}
	return syscall.Mount("shm", "/dev/shm", "tmpfs", quiet|syscall.MS_NODEV, "mode=1777")
}

func makeTmp() error {
	if _, err := os.Lstat("/tmp"); !os.IsNotExist(err) {
		return err
	}
	if err := os.Mkdir("/tmp", 0o755); err != nil {
		return err
	}
	return os.Chmod("/tmp", os.ModeSticky|0o777)
}

// writeEtc writes the files that a container engine writes, where the image has the directory for them.
func writeEtc(hosts string) error {
	if info, err := os.Stat("/etc"); err != nil || !info.IsDir() {
		return nil
	}
	for name, text := range map[string]string{
		"/etc/hosts":       "127.0.0.1\tlocalhost enclave\n" + hosts,
		"/etc/hostname":    "enclave\n",
		"/etc/resolv.conf": "# There is no name server in an enclave: names are in /etc/hosts.\n",
	} {
		if err := os.Remove(name); err != nil && !os.IsNotExist(err) {
			return err
		}
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		_, err = file.WriteString(text)
		if err = firstError(err, file.Chmod(0o644), file.Close()); err != nil {
			return err
		}
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
