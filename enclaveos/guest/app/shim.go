package app

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

const prSetDumpable = 4

// shimMain is PID 1 of the application's namespaces. When it exits the kernel kills whatever is left in them.
func shimMain() {
	// Whatever the application may send us is taken and dropped: Go's own handlers would end the shim, and with it the
	// application, without a word of how. (Ignored signals would stay ignored in the application; caught ones do not.)
	signal.Notify(make(chan os.Signal, 1))
	status := os.NewFile(statusFD, "status")
	syscall.CloseOnExec(statusFD)
	how := runShim()
	json.NewEncoder(status).Encode(how)
	os.Exit(0)
}

func runShim() outcome {
	config, err := io.ReadAll(os.NewFile(configFD, "config"))
	if err != nil {
		return outcome{Failure: FailRoot, Error: err.Error()}
	}
	syscall.CloseOnExec(configFD)
	var work job
	if err := json.Unmarshal(config, &work); err != nil {
		return outcome{Failure: FailRoot, Error: err.Error()}
	}
	// The application dies of its hunger for memory, not the shim that reports it.
	if err := os.WriteFile("/proc/self/oom_score_adj", []byte("-1000"), 0); err != nil {
		return outcome{Failure: FailRoot, Error: err.Error()}
	}
	if err := enterRoot(work.Hosts); err != nil {
		return outcome{Failure: FailRoot, Error: "prepare its root: " + err.Error()}
	}
	// A root application must not look into the shim through /proc.
	if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, prSetDumpable, 0, 0); errno != 0 {
		return outcome{Failure: FailRoot, Error: errno.Error()}
	}
	pid, failure, err := launch(config, work.Stderr)
	if err != nil {
		return outcome{Failure: FailLaunch, Error: err.Error()}
	}
	for {
		var status syscall.WaitStatus
		ended, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case err == syscall.EINTR || err == nil && ended != pid:
			continue
		case err != nil:
			return outcome{Failure: FailLost, Error: "wait: " + err.Error()}
		case failure != "":
			return outcome{Failure: FailLaunch, Error: failure}
		case status.Signaled():
			return outcome{Signal: int(status.Signal())}
		}
		code := status.ExitStatus()
		return outcome{Code: &code}
	}
}

// launch starts the launcher and reads why it could not become the application; its pipe closes when it could.
func launch(config []byte, stderr bool) (pid int, failure string, err error) {
	// The application's own: our descriptors lead to the agent's device files.
	null, err := os.OpenFile("/dev/null", os.O_RDWR, 0)
	if err != nil {
		return 0, "", err
	}
	defer null.Close()
	errorOutput := null.Fd()
	if stderr {
		errorOutput = 2
	}
	configRead, configWrite, err := os.Pipe()
	if err != nil {
		return 0, "", err
	}
	defer configWrite.Close()
	failRead, failWrite, err := os.Pipe()
	if err != nil {
		return 0, "", err
	}
	defer failRead.Close()
	pid, err = syscall.ForkExec(self, []string{launchName}, &syscall.ProcAttr{
		Dir:   "/",
		Env:   []string{},
		Files: []uintptr{null.Fd(), null.Fd(), errorOutput, configRead.Fd(), failWrite.Fd()},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	configRead.Close()
	failWrite.Close()
	if err != nil {
		return 0, "", fmt.Errorf("start the launcher: %w", err)
	}
	if _, err := configWrite.Write(config); err != nil {
		return 0, "", fmt.Errorf("hand over to the launcher: %w", err)
	}
	configWrite.Close()
	text, err := io.ReadAll(io.LimitReader(failRead, 4<<10))
	if err != nil {
		return 0, "", err
	}
	return pid, strings.TrimSpace(string(text)), nil
}
