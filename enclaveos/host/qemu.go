package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"co.caution/enclaveos/host/vsock"
)

const (
	consoleLimit  = 1 << 20
	maxSocketPath = 107
	// A guest that has reported its end reboots at once, which ends QEMU.
	endGrace = 3 * time.Second
)

// runQEMU is the program's life under QEMU; it returns QEMU's exit code.
func runQEMU(o *options) (int, error) {
	prepare()
	events := &events{out: os.Stdout, errors: os.Stderr}
	s := newServices(o, events)
	device := newEmulated(s.handlers(), events.log)

	backend, err := listenUnix(filepath.Join(o.dir, "vsock.sock"))
	if err != nil {
		return 1, err
	}
	defer backend.Close()
	closePorts, err := forwardPorts(o, device, events.log)
	if err != nil {
		return 1, err
	}
	defer closePorts()
	console, err := os.OpenFile(filepath.Join(o.dir, "console.log"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return 1, err
	}
	defer console.Close()

	served := make(chan error, 1)
	go func() { served <- serveOne(backend, device.Device) }()
	child, err := start(o.command, console)
	if err != nil {
		return 1, err
	}
	events.emit(map[string]any{"event": "started", "pid": child.pid})
	go func() { // so that nothing outlives a service that was killed
		<-told()
		syscall.Kill(child.pid, syscall.SIGKILL)
	}()
	go func() {
		<-s.reported
		time.Sleep(endGrace)
		syscall.Kill(child.pid, syscall.SIGKILL)
	}()
	for {
		select {
		case err := <-served: // QEMU hung up: it is about to end, or broke the protocol
			if err != nil {
				events.log("vsock backend: %v", err)
				syscall.Kill(child.pid, syscall.SIGKILL)
			}
			served = nil
		case code := <-child.ended:
			s.pending.Wait() // an exit report that is still being read
			events.emit(map[string]any{"event": "qemu", "code": code})
			return code, nil
		}
	}
}

// prepare makes what is created this user's alone, and a peer that hung up an error like any other.
func prepare() {
	syscall.Umask(0o077)
	signal.Ignore(syscall.SIGPIPE)
}

// told is closed when somebody says that it is over: a signal, or the end of standard input, the lifeline.
func told() <-chan struct{} {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	over := make(chan struct{})
	var once sync.Once
	end := func() { once.Do(func() { close(over) }) }
	go func() {
		io.Copy(io.Discard, os.Stdin)
		end()
	}()
	go func() {
		<-signals
		end()
	}()
	return over
}

func serveOne(listener *net.UnixListener, device *vsock.Device) error {
	conn, err := listener.AcceptUnix()
	if err != nil {
		return err
	}
	defer conn.Close()
	return device.Serve(conn)
}

// listenUnix makes a socket that only this user may connect to, over one that an earlier run left.
func listenUnix(path string) (*net.UnixListener, error) {
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("%s is longer than the %d bytes of a socket's name: choose a shorter --dir", path, maxSocketPath)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	return listener, os.Chmod(path, 0o600)
}

type child struct {
	pid   int
	ended chan int
}

// start runs QEMU so that it dies with this program, however that dies. The kernel ties this to the thread that
// started it, so that thread stays.
func start(command []string, console io.Writer) (*child, error) {
	c := &child{ended: make(chan int, 1)}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		log := &capped{to: console, left: consoleLimit}
		cmd := exec.Command(command[0], command[1:]...)
		cmd.Stdout, cmd.Stderr = log, log // one pipe for both
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		err := cmd.Start()
		if err == nil {
			c.pid = cmd.Process.Pid
		}
		started <- err
		if err == nil {
			cmd.Wait()
			c.ended <- exitCode(cmd.ProcessState)
		}
	}()
	return c, <-started
}

func exitCode(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

// capped keeps the beginning of the console and swallows the rest: the guest must not fill the host's disk.
type capped struct {
	to   io.Writer
	left int
}

func (c *capped) Write(p []byte) (int, error) {
	if c.left > 0 {
		n := min(len(p), c.left)
		c.to.Write(p[:n])
		if c.left -= n; c.left == 0 {
			fmt.Fprintf(c.to, "\n[cut here: more than %d bytes]\n", consoleLimit)
		}
	}
	return len(p), nil
}
