// Package app runs the application apart from the agent: in its own root, namespaces and control group, as its own
// user, without privileges, and without a way to the parent.
//
// It takes three processes of this one program. The agent starts the *shim*, which is PID 1 of the application's
// namespaces and builds its root; the shim starts the *launcher*, which gives up everything and becomes the
// application. The shim stays to reap, and says how the application ended.
package app

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"co.caution/enclaveos/guest/manifest"
)

const (
	shimName   = "enclaveos-shim"
	launchName = "enclaveos-launch"

	self = "/proc/self/exe"

	// Inherited by the shim and by the launcher.
	configFD = 3 // read: the job, as JSON
	statusFD = 4 // write: the shim's outcome; the launcher's reason why it could not become the application
)

// job is what the shim and the launcher need to know.
type job struct {
	Argv    []string
	Env     []string
	Workdir string
	User    manifest.User
	Hosts   string
	Stderr  bool // descriptor 2 is a pipe to the agent
}

// outcome is how the application ended, as the shim saw it.
type outcome struct {
	Code    *int    `json:"code,omitempty"`
	Signal  int     `json:"signal,omitempty"`
	Failure Failure `json:"failure,omitempty"`
	Error   string  `json:"error,omitempty"`
}

// Main runs the shim or the launcher when the program was started under one of their names.
func Main(name string) bool {
	switch name {
	case shimName:
		shimMain()
	case launchName:
		launchMain()
	default:
		return false
	}
	return true
}

// App is the running application.
type App struct {
	pid    int
	status *os.File
	stderr *tail
	group  *cgroup
}

// Start runs what the manifest names. hosts are lines for the application's hosts file, beside localhost's.
func Start(m *manifest.Manifest, hosts string) (*App, error) {
	group, err := newCgroup()
	if err != nil {
		return nil, Failing(FailCgroups, err)
	}
	return start(m, hosts, group)
}

func start(m *manifest.Manifest, hosts string, group *cgroup) (*App, error) {
	null, err := os.OpenFile("/dev/null", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	configRead, configWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer configRead.Close()
	defer configWrite.Close()
	statusRead, statusWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer statusWrite.Close()

	errorOutput, stderr := null, (*tail)(nil)
	if m.Stderr {
		if stderr, err = newTail(m.User); err != nil {
			return nil, err
		}
		defer stderr.write.Close()
		errorOutput = stderr.write
	}
	pid, err := syscall.ForkExec(self, []string{shimName}, &syscall.ProcAttr{
		Dir:   "/",
		Env:   []string{},
		Files: []uintptr{null.Fd(), null.Fd(), errorOutput.Fd(), configRead.Fd(), statusWrite.Fd()},
		Sys: &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS,
			UseCgroupFD: true,
			CgroupFD:    int(group.dir.Fd()),
			Setsid:      true,
		},
	})
	if err != nil {
		return nil, err
	}
	configRead.Close() // so that a shim that dies breaks the write instead of hanging it
	work := job{Argv: m.Argv, Env: m.Env, Workdir: m.Workdir, User: m.User, Hosts: hosts, Stderr: m.Stderr}
	if err := json.NewEncoder(configWrite).Encode(work); err != nil {
		return nil, fmt.Errorf("hand over to the shim: %w", err)
	}
	return &App{pid, statusRead, stderr, group}, nil
}

// Wait reaps whatever ends, which is PID 1's office, until the shim does. It must be the only one who waits:
// wait4(-1) takes the children of everybody.
func (a *App) Wait() Report {
	var status syscall.WaitStatus
	for {
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return Report{Phase: "app", Failure: FailLost, Error: "wait: " + err.Error()}
		}
		if pid == a.pid && (status.Exited() || status.Signaled()) {
			break
		}
	}
	a.status.SetReadDeadline(time.Now().Add(time.Second))
	text, _ := io.ReadAll(io.LimitReader(a.status, 8<<10))
	report := Report{Phase: "app"}
	var how outcome
	switch {
	case len(text) > 0 && json.Unmarshal(text, &how) == nil:
		report.Code, report.Failure, report.Error = how.Code, how.Failure, how.Error
		if how.Signal != 0 {
			report.setSignal(syscall.Signal(how.Signal), a.group.oomKills() > 0)
		}
	case status.Signaled():
		report.setSignal(status.Signal(), a.group.oomKills() > 0)
	default:
		report.Failure, report.Error = FailLost, fmt.Sprintf("the shim ended with %d and no word", status.ExitStatus())
	}
	if a.stderr != nil {
		report.Stderr = a.stderr.finish()
	}
	return report
}
