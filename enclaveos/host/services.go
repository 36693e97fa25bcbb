package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"sync"
	"time"
)

const (
	heartbeatPort = 9000
	egressPort    = 49510
	reportPort    = 49511
	modulePort    = 49512

	heartbeatByte = 0xB7
	maxReport     = 16 << 10
	shortTalk     = 5 * time.Second // for what is one line each way

	// The agent asks one thing at a time and hangs up; beside it the application's socket does the same.
	maxModule = 8
	// The guest causes most of what goes wrong here: it must not fill the host's disk with it.
	maxLog = 200
)

// events writes one JSON object a line to the service that started this program.
type events struct {
	mu     sync.Mutex
	out    io.Writer
	errors io.Writer
	logged int
}

func (e *events) emit(event map[string]any) {
	line, err := json.Marshal(event)
	if err != nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.out.Write(append(line, '\n'))
}

// log says what went wrong on standard error, so many times.
func (e *events) log(format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch e.logged++; {
	case e.logged < maxLog:
		fmt.Fprintf(e.errors, "caution-host: "+format+"\n", args...)
	case e.logged == maxLog:
		fmt.Fprintln(e.errors, "caution-host: more went wrong, and is no longer said")
	}
}

// services are what the guest may ask its parent for.
type services struct {
	events  *events
	nsm     string
	egress  *egress
	modules chan struct{}
	beat    sync.Once
	report  sync.Once
	pending sync.WaitGroup
	// reported is closed with the exit report.
	reported chan struct{}
}

func newServices(o *options, events *events) *services {
	return &services{
		events: events, nsm: o.nsm, egress: newEgress(o.egress, o.allowPrivate),
		modules: make(chan struct{}, maxModule), reported: make(chan struct{}),
	}
}

func (s *services) handlers() map[uint32]handler {
	return map[uint32]handler{
		heartbeatPort: s.heartbeat,
		reportPort:    s.exitReport,
		modulePort:    s.module,
		egressPort:    s.egress.serve,
	}
}

func (s *services) heartbeat(c stream) {
	defer c.Close()
	defer time.AfterFunc(shortTalk, func() { c.Close() }).Stop()
	var b [1]byte
	if _, err := io.ReadFull(c, b[:]); err != nil || b[0] != heartbeatByte {
		return
	}
	if _, err := c.Write(b[:]); err == nil {
		s.beat.Do(func() { s.events.emit(map[string]any{"event": "heartbeat"}) })
	}
}

// exitReport passes the first line on, if it is one JSON object. It is the guest's word, nothing more.
func (s *services) exitReport(c stream) {
	s.pending.Add(1)
	defer s.pending.Done()
	defer c.Close()
	defer time.AfterFunc(shortTalk, func() { c.Close() }).Stop()
	line, err := bufio.NewReaderSize(io.LimitReader(c, maxReport), maxReport).ReadBytes('\n')
	if err != nil {
		return
	}
	line = bytes.TrimSpace(line)
	if !flat(line) {
		return
	}
	s.report.Do(func() {
		s.events.emit(map[string]any{"event": "exit", "report": json.RawMessage(line)})
		close(s.reported)
	})
}

// flat says that a line is one JSON object of strings, numbers and booleans: whoever reads the events need not be ready
// for a thousand brackets.
func flat(line []byte) bool {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil || fields == nil {
		return false
	}
	for _, value := range fields {
		if value[0] == '{' || value[0] == '[' {
			return false
		}
	}
	return true
}

func (s *services) module(c stream) {
	select {
	case s.modules <- struct{}{}:
		defer func() { <-s.modules }()
	default:
		s.events.log("security module: the guest talks to it %d times at once", maxModule)
		c.Close()
		return
	}
	local, err := net.Dial("unix", s.nsm)
	if err != nil {
		s.events.log("security module: %v", err)
		c.Close()
		return
	}
	splice(c, local.(*net.UnixConn))
}

func portSocket(port uint32) string { return fmt.Sprintf("port-%d.sock", port) }

// forwardPorts makes a Unix socket for each port and carries its connections into the enclave.
func forwardPorts(o *options, to transport, logf func(string, ...any)) (stop func(), err error) {
	var listeners []*net.UnixListener
	stop = func() {
		for _, l := range listeners {
			l.Close()
		}
	}
	for _, port := range o.ports {
		listener, err := listenUnix(filepath.Join(o.dir, portSocket(port)))
		if err != nil {
			stop()
			return nil, err
		}
		listeners = append(listeners, listener)
		go forwardPort(listener, to, port, logf)
	}
	return stop, nil
}

func forwardPort(listener *net.UnixListener, to transport, port uint32, logf func(string, ...any)) {
	for {
		local, err := listener.AcceptUnix()
		if acceptEnded(err, logf) {
			return
		}
		if err != nil {
			continue
		}
		go func() {
			guest, err := to.Dial(port)
			if err != nil {
				local.Close()
				return
			}
			splice(guest, local)
		}()
	}
}
