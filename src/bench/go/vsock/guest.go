package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"

	"co.caution/enclaveos/guest/vsock"
)

type stream interface {
	net.Conn
	CloseWrite() error
}

// guest serves the same on both: no agent and no application in between, so that the ways in are compared alone.
func guest() error {
	overNet, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
	if err != nil {
		return err
	}
	overVsock, err := vsock.Listen(port)
	if err != nil {
		return err
	}
	ended := make(chan error)
	for _, listener := range []net.Listener{overNet, overVsock} {
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					ended <- err
					return
				}
				go serve(conn.(stream))
			}
		}()
	}
	return <-ended
}

// serve does what the first byte says: e(cho), t(ake) and say how much came, g(ive).
func serve(conn stream) {
	defer conn.Close()
	buffer := make([]byte, 64<<10)
	if _, err := io.ReadFull(conn, buffer[:1]); err != nil {
		return
	}
	switch buffer[0] {
	case 'e':
		for {
			n, err := conn.Read(buffer)
			if err != nil {
				return
			}
			if _, err := conn.Write(buffer[:n]); err != nil {
				return
			}
		}
	case 't':
		var taken uint64
		for {
			n, err := conn.Read(buffer)
			taken += uint64(n)
			if err != nil {
				break
			}
		}
		binary.Write(conn, binary.BigEndian, taken)
	case 'g':
		for range bytes / len(buffer) {
			if _, err := conn.Write(buffer); err != nil {
				return
			}
		}
		conn.CloseWrite()
		conn.Read(buffer) // the client's end
	}
}
