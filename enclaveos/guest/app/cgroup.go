package app

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

const (
	cgroupRoot = "/sys/fs/cgroup"
	cgroupApp  = cgroupRoot + "/app"

	maxPids = 4096
	// What the agent and the kernel keep: when the application has used up its part, it is killed, not they.
	reserveMin   = 12 << 20
	reserveShare = 16 // one sixteenth of what is free, where that is more
)

// cgroup bounds the application's memory (its files too: the root is a tmpfs) and its number of processes.
type cgroup struct{ dir *os.File }

func newCgroup() (*cgroup, error) {
	available, err := memAvailable()
	if err != nil {
		return nil, err
	}
	reserve := max(uint64(reserveMin), available/reserveShare)
	if available < 2*reserve {
		return nil, Failing(FailMemory, fmt.Errorf("the image fits with nothing to spare: %d MiB are free, at least %d are"+
			" needed for the application and EnclaveOS; give the enclave more memory", available>>20, 2*reserve>>20))
	}
	if err := os.WriteFile(cgroupRoot+"/cgroup.subtree_control", []byte("+memory +pids"), 0); err != nil {
		return nil, fmt.Errorf("control groups: %w", err)
	}
	if err := os.Mkdir(cgroupApp, 0o755); err != nil {
		return nil, err
	}
	for name, value := range map[string]uint64{"memory.max": available - reserve, "pids.max": maxPids} {
		if err := os.WriteFile(cgroupApp+"/"+name, []byte(strconv.FormatUint(value, 10)), 0); err != nil {
			return nil, fmt.Errorf("control groups: %w", err)
		}
	}
	dir, err := os.Open(cgroupApp)
	return &cgroup{dir}, err
}

func (c *cgroup) oomKills() uint64 {
	text, _ := os.ReadFile(cgroupApp + "/memory.events")
	return field(text, "oom_kill")
}

func memAvailable() (uint64, error) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, err
	}
	kib := field(text, "MemAvailable:")
	if kib == 0 {
		return 0, fmt.Errorf("no MemAvailable in /proc/meminfo")
	}
	return kib << 10, nil
}

// field finds the number behind a key at the start of a line.
func field(text []byte, key string) uint64 {
	for line := range bytes.Lines(text) {
		if words := strings.Fields(string(line)); len(words) >= 2 && words[0] == key {
			n, _ := strconv.ParseUint(words[1], 10, 64)
			return n
		}
	}
	return 0
}
