package main

import (
	"os"
	"path/filepath"
	"syscall"
)

// runParent is the program's life beside an enclave of AWS's, which somebody else started. The heartbeat is theirs to
// answer, and the security module is the machine's.
func runParent(o *options) (int, error) {
	prepare()
	events := &events{out: os.Stdout, errors: os.Stderr}
	s := newServices(o, events)
	handlers := s.handlers()
	delete(handlers, heartbeatPort)
	delete(handlers, modulePort)
	enclave := kernel{o.cid}
	closePorts, err := forwardPorts(o, enclave, events.log)
	if err != nil {
		return 1, err
	}
	defer closePorts()
	stop, err := enclave.serve(handlers, events.log)
	if err != nil {
		return 1, err
	}
	defer stop()
	events.emit(map[string]any{"event": "started", "pid": os.Getpid()})
	<-told()
	s.pending.Wait()
	for _, port := range o.ports {
		syscall.Unlink(filepath.Join(o.dir, portSocket(port)))
	}
	return 0, nil
}
