package main

import (
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
	"unsafe"

	"co.caution/enclaveos/guest/app"
	"co.caution/enclaveos/guest/manifest"
	"co.caution/enclaveos/guest/nsm"
	"co.caution/enclaveos/guest/vsock"
)

const (
	heartbeatPort = 9000
	heartbeatByte = 0xB7
	reportPort    = 49511
	parentTimeout = 10 * time.Second

	rndAddEntropy = 0x40085203 // RNDADDENTROPY
	rndReseed     = 0x5207     // RNDRESEEDCRNG
)

// machine is what booting leaves behind.
type machine struct {
	manifest *manifest.Manifest
	hosts    string // for the application's hosts file
}

// boot does the agent's duties in order, each before whatever leans on it. An error carries its number.
func boot() (*machine, error) {
	if err := mountAll(); err != nil {
		return nil, app.Failing(app.FailMounts, err)
	}
	goFirst()
	if err := checkEndMarker(); err != nil {
		return nil, app.Failing(app.FailTruncated, err)
	}
	logMemory()
	if err := heartbeat(); err != nil {
		return nil, app.Failing(app.FailHeartbeat, fmt.Errorf("heartbeat: %w", err))
	}
	module, err := openModule()
	if err != nil {
		return nil, err
	}
	if err := loopbackUp(); err != nil {
		return nil, app.Failing(app.FailLoopback, fmt.Errorf("loopback: %w", err))
	}
	text, m, err := readManifest()
	if err != nil {
		return nil, app.Failing(app.FailManifest, err)
	}
	hosts, err := serve(module, text, m)
	return &machine{m, hosts}, err
}

// openModule finds the security module and seeds the kernel's randomness from it, before anything draws on that.
func openModule() (*nsm.Client, error) {
	transport, simulated, err := nsm.Open()
	if err != nil {
		return nil, app.Failing(app.FailModule, fmt.Errorf("security module: %w", err))
	}
	logf("security module: %s", map[bool]string{false: "/dev/nsm", true: "simulated by the parent"}[simulated])
	module := nsm.NewClient(transport)
	if err := seedEntropy(module); err != nil {
		return nil, app.Failing(app.FailEntropy, fmt.Errorf("entropy: %w", err))
	}
	return module, nil
}

func readManifest() ([]byte, *manifest.Manifest, error) {
	text, err := os.ReadFile(manifest.Path)
	if err != nil {
		return nil, nil, err
	}
	m, err := manifest.Parse(text)
	if err != nil {
		return nil, nil, err
	}
	digest := sha512.Sum384(text)
	logf("manifest sha384 %s", hex.EncodeToString(digest[:]))
	return text, m, nil
}

// serve opens everything that the agent listens on and returns the lines for the application's hosts file.
func serve(module *nsm.Client, text []byte, m *manifest.Manifest) (hosts string, err error) {
	spki := ""
	if len(m.Ports) > 0 {
		bound, err := newChannel()
		if err != nil {
			return "", app.Failing(app.FailKey, fmt.Errorf("channel key: %w", err))
		}
		if err := bound.serve(m.Ports[0]); err != nil {
			return "", app.Failing(app.FailIngress, fmt.Errorf("channel: %w", err))
		}
		spki = bound.spki
	}
	host := &clock{}
	if err := serveAttestation(newAttester(module.Lane(), text, spki, host)); err != nil {
		return "", app.Failing(app.FailAttestation, fmt.Errorf("attestation endpoint: %w", err))
	}
	if err := serveIngress(m.Ports); err != nil {
		return "", app.Failing(app.FailIngress, fmt.Errorf("ingress: %w", err))
	}
	if err := serveSocket(module.Lane(), m.User); err != nil {
		return "", app.Failing(app.FailSocket, fmt.Errorf("application's socket: %w", err))
	}
	hosts, err = serveEgress(m)
	if err != nil {
		err = app.Failing(app.FailEgress, fmt.Errorf("egress: %w", err))
	}
	return hosts, err
}

func mountAll() error {
	for _, m := range []struct {
		kind, at, options string
		flags             uintptr
	}{
		{"devtmpfs", "/dev", "mode=755", syscall.MS_NOSUID | syscall.MS_NOEXEC},
		{"proc", "/proc", "", syscall.MS_NOSUID | syscall.MS_NOEXEC | syscall.MS_NODEV},
		{"sysfs", "/sys", "", syscall.MS_NOSUID | syscall.MS_NOEXEC | syscall.MS_NODEV},
		{"cgroup2", "/sys/fs/cgroup", "", syscall.MS_NOSUID | syscall.MS_NOEXEC | syscall.MS_NODEV},
	} {
		if err := syscall.Mount(m.kind, m.at, m.kind, m.flags, m.options); err != nil && err != syscall.EBUSY {
			return fmt.Errorf("mount %s on %s: %w", m.kind, m.at, err)
		}
	}
	// The root is a tmpfs of half the memory; it is the only disk, so let it have nearly all.
	if err := syscall.Mount("", "/", "", syscall.MS_REMOUNT, "size=90%"); err != nil {
		return fmt.Errorf("remount /: %w", err)
	}
	return nil
}

// heartbeat tells the parent that init runs, as AWS's own init does.
func heartbeat() error {
	conn, err := vsock.Dial(vsock.Parent, heartbeatPort, parentTimeout)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(parentTimeout))
	b := [1]byte{heartbeatByte}
	if _, err := conn.Write(b[:]); err != nil {
		return err
	}
	b[0] = 0
	if _, err := conn.Read(b[:]); err != nil {
		return err
	}
	if b[0] != heartbeatByte {
		return fmt.Errorf("the parent answered %#02x, not %#02x", b[0], heartbeatByte)
	}
	return nil
}

// seedEntropy credits the kernel's pool with the module's randomness and has a new seed drawn from it. There is no
// other source that the host cannot see, so a module that gives none ends the boot.
func seedEntropy(module *nsm.Client) error {
	random, err := module.Random()
	if err != nil {
		return err
	}
	pool, err := os.OpenFile("/dev/random", os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer pool.Close()
	var info struct {
		bits, size int32
		buf        [512]byte
	}
	size := copy(info.buf[:], random)
	info.bits, info.size = int32(size*8), int32(size)
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, pool.Fd(), rndAddEntropy, uintptr(unsafe.Pointer(&info)))
	if errno != 0 {
		return fmt.Errorf("ioctl on /dev/random: %w", errno)
	}
	// The kernel seeded itself from the processor before, and takes what the pool got meanwhile only by and by: without
	// this the channel's key would be made from the old seed.
	if _, _, errno = syscall.Syscall(syscall.SYS_IOCTL, pool.Fd(), rndReseed, 0); errno != 0 {
		return fmt.Errorf("reseed from /dev/random: %w", errno)
	}
	return nil
}

// loopbackUp sets IFF_UP on lo; the kernel then gives it 127.0.0.1/8 by itself.
func loopbackUp() error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	var request struct {
		name  [16]byte
		flags uint16
		pad   [22]byte
	}
	copy(request.name[:], "lo")
	request.flags = syscall.IFF_UP | syscall.IFF_RUNNING
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&request)))
	if errno != 0 {
		return errno
	}
	// As in a container: there is nobody else's port to take, and an application need not be root for port 80.
	return os.WriteFile("/proc/sys/net/ipv4/ip_unprivileged_port_start", []byte("0"), 0)
}

// sendReport hands the exit report to the parent and waits until it hung up, so that the reboot does not cut it.
func sendReport(line []byte) error {
	conn, err := vsock.Dial(vsock.Parent, reportPort, 3*time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(3 * time.Second))
	if _, err := conn.Write(line); err != nil {
		return err
	}
	if err := conn.CloseWrite(); err != nil {
		return err
	}
	if _, err = conn.Read(make([]byte, 1)); errors.Is(err, io.EOF) || errors.Is(err, syscall.ENOTCONN) {
		return nil // both say that the parent has hung up
	}
	return err
}
