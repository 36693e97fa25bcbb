package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"co.caution/enclaveos/host/vsock"
)

const (
	heartbeatPort = 9000
	egressPort    = 49510
	reportPort    = 49511
	modulePort    = 49512

	heartbeatByte = 0xB7
	maxReport     = 16 << 10
	reportTimeout = 5 * time.Second
)

// events writes one JSON object a line to the service that started this program.
type events struct {
	mu  sync.Mutex
	out io.Writer
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

// log says what went wrong on standard error.
func (e *events) log(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "caution-host: "+format+"\n", args...)
}

// services are what the guest may ask its parent for.
type services struct {
	events  *events
	nsm     string
	egress  *egress
	beat    sync.Once
	report  sync.Once
	pending sync.WaitGroup
	// reported is closed with the exit report.
	reported chan struct{}
}

func (s *services) handlers() map[uint32]vsock.Handler {
	return map[uint32]vsock.Handler{
		heartbeatPort: func(c *vsock.Conn) { s.heartbeat(c) },
		reportPort:    func(c *vsock.Conn) { s.exitReport(c) },
		modulePort:    s.module,
		egressPort:    func(c *vsock.Conn) { s.egress.serve(c) },
	}
}

func (s *services) heartbeat(c stream) {
	defer c.Close()
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
	timer := time.AfterFunc(reportTimeout, func() { c.Close() })
	defer timer.Stop()
	line, err := bufio.NewReaderSize(io.LimitReader(c, maxReport), maxReport).ReadBytes('\n')
	if err != nil {
		return
	}
	line = bytes.TrimSpace(line)
	if !bytes.HasPrefix(line, []byte("{")) || !json.Valid(line) {
		return
	}
	s.report.Do(func() {
		s.events.emit(map[string]any{"event": "exit", "report": json.RawMessage(line)})
		close(s.reported)
	})
}

func (s *services) module(c *vsock.Conn) {
	local, err := net.Dial("unix", s.nsm)
	if err != nil {
		s.events.log("security module: %v", err)
		c.Reset()
		return
	}
	splice(c, local.(*net.UnixConn))
}

// forwardPort carries each connection of a Unix socket to a port of the guest.
func forwardPort(listener *net.UnixListener, device *vsock.Device, port uint32) {
	for {
		local, err := listener.AcceptUnix()
		if err != nil {
			return
		}
		go func() {
			guest, err := device.Dial(port)
			if err != nil {
				local.Close()
				return
			}
			splice(guest, local)
		}()
	}
}
