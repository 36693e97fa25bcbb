package main

import (
	"os"
	"strconv"
	"syscall"
)

// goFirst lets the agent's threads run before the application's, however many those are: evidence and the exit report
// must come through. Threads inherit it from one another; the application does not (see its launcher).
func goFirst() {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		logf("priority: %v", err)
	}
	for _, thread := range threads {
		if id, err := strconv.Atoi(thread.Name()); err == nil {
			syscall.Setpriority(syscall.PRIO_PROCESS, id, -20)
		}
	}
}
