package main

import (
	"fmt"
	"net"
	"sync"
	"time"

	"co.caution/enclaveos/guest/vsock"
)

const maxStreams = 1024

// slotConn gives its slot back once, when it is closed.
type slotConn struct {
	net.Conn
	slots chan struct{}
	once  sync.Once
}

func (c *slotConn) Close() error {
	c.once.Do(func() { <-c.slots })
	return c.Conn.Close()
}

// serveIngress listens on every measured port and on no other.
func serveIngress(ports []int) error {
	slots := make(chan struct{}, maxStreams)
	for _, port := range ports {
		listener, err := vsock.Listen(uint32(port))
		if err != nil {
			return err
		}
		go forwardIngress(listener, fmt.Sprintf("127.0.0.1:%d", port), slots)
	}
	return nil
}

func forwardIngress(listener *vsock.Listener, to string, slots chan struct{}) {
	for {
		slots <- struct{}{}
		outside, err := listener.AcceptStream()
		if err != nil {
			<-slots
			logf("ingress to %s: %v", to, err)
			time.Sleep(100 * time.Millisecond) // out of descriptors, most likely: let some be closed
			continue
		}
		go func() {
			defer func() { <-slots }()
			inside, err := net.DialTimeout("tcp4", to, 5*time.Second)
			if err != nil {
				outside.Close() // the application does not listen (yet): the caller sees that at once
				return
			}
			splice(outside, inside.(*net.TCPConn))
		}()
	}
}
