package app

import (
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
)

const maxLine = 15 << 10

// Report says how the enclave's work ended. Exactly one of Code, Signal and Error is there; Failure comes with Error.
type Report struct {
	Phase   string  `json:"phase"`
	Code    *int    `json:"code,omitempty"`
	Signal  string  `json:"signal,omitempty"`
	OOM     *bool   `json:"oom,omitempty"`
	Failure Failure `json:"failure,omitempty"`
	Error   string  `json:"error,omitempty"`
	Stderr  string  `json:"stderr,omitempty"`
}

func (r *Report) setSignal(s syscall.Signal, oom bool) {
	r.Signal = signalName(s)
	r.OOM = &oom
}

// Line is the report as one line of JSON, at most 15 KiB: escapes can blow 4 KiB of stderr up sixfold.
func (r Report) Line() []byte {
	r.Stderr = strings.ToValidUTF8(r.Stderr, "\uFFFD")
	for {
		line, err := json.Marshal(r)
		if err != nil {
			line = []byte(`{"phase":"boot","error":"the exit report does not encode"}`)
		}
		if len(line) < maxLine {
			return append(line, '\n')
		}
		if r.Stderr != "" {
			r.Stderr = strings.ToValidUTF8(r.Stderr[(len(r.Stderr)+1)/2:], "")
		} else {
			r.Error = strings.ToValidUTF8(r.Error[:len(r.Error)/2], "")
		}
	}
}

// Summary is for the console, which the host reads: it leaves out what the application wrote.
func (r Report) Summary() string {
	switch {
	case r.Error != "":
		return fmt.Sprintf("%s: failure %d: %s", r.Phase, r.Failure, strings.ReplaceAll(r.Error, "\n", " "))
	case r.Code != nil:
		return fmt.Sprintf("%s: exit code %d", r.Phase, *r.Code)
	case r.OOM != nil && *r.OOM:
		return fmt.Sprintf("%s: %s, out of memory", r.Phase, r.Signal)
	}
	return fmt.Sprintf("%s: %s", r.Phase, r.Signal)
}

var signalNames = map[syscall.Signal]string{
	syscall.SIGHUP: "SIGHUP", syscall.SIGINT: "SIGINT", syscall.SIGQUIT: "SIGQUIT", syscall.SIGILL: "SIGILL",
	syscall.SIGTRAP: "SIGTRAP", syscall.SIGABRT: "SIGABRT", syscall.SIGBUS: "SIGBUS", syscall.SIGFPE: "SIGFPE",
	syscall.SIGKILL: "SIGKILL", syscall.SIGUSR1: "SIGUSR1", syscall.SIGSEGV: "SIGSEGV", syscall.SIGUSR2: "SIGUSR2",
	syscall.SIGPIPE: "SIGPIPE", syscall.SIGALRM: "SIGALRM", syscall.SIGTERM: "SIGTERM", syscall.SIGSYS: "SIGSYS",
	syscall.SIGXCPU: "SIGXCPU", syscall.SIGXFSZ: "SIGXFSZ",
}

func signalName(s syscall.Signal) string {
	if name, known := signalNames[s]; known {
		return name
	}
	return fmt.Sprintf("SIG%d", int(s))
}
