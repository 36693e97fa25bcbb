package main

import (
	"fmt"
	"net"
	"time"

	"co.caution/enclaveos/guest/vsock"
)

const (
	maxStreams  = 1024 // over all of the application's plain ports
	ingressIdle = 15 * time.Minute
	connectWait = 5 * time.Second
	acceptPause = 100 * time.Millisecond // after an accept that failed: out of memory, most likely
)

// serveIngress listens on every measured port and on no other.
func serveIngress(ports []int) error {
	slots := make(chan struct{}, maxStreams)
	for _, port := range ports {
		listener, err := vsock.Listen(uint32(port))
		if err != nil {
			return err
		}
		go accept(listener, "ingress", slots, func(outside *vsock.Conn) { forward(outside, port) })
	}
	return nil
}

// accept hands each stream to a goroutine of its own while there are slots; further ones wait in the socket's backlog.
// Slots are what bounds the memory and the descriptors that strangers can make the agent spend.
func accept(listener *vsock.Listener, name string, slots chan struct{}, handle func(*vsock.Conn)) {
	for {
		slots <- struct{}{}
		outside, err := listener.AcceptStream()
		if err != nil {
			<-slots
			logf("%s: %v", name, err)
			time.Sleep(acceptPause)
			continue
		}
		go func() {
			defer func() { <-slots }()
			handle(outside)
		}()
	}
}

// forward connects a stream from outside with the application.
func forward(outside stream, port int) {
	inside, err := net.DialTimeout("tcp4", fmt.Sprintf("127.0.0.1:%d", port), connectWait)
	if err != nil {
		outside.Close() // the application does not listen (yet): the caller sees that at once
		return
	}
	splice(outside, inside.(*net.TCPConn), ingressIdle)
}
