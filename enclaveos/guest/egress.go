package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"co.caution/enclaveos/guest/manifest"
	"co.caution/enclaveos/guest/vsock"
)

const (
	egressPort    = 49510
	maxEgress     = 256
	maxAnswerLine = 300
	dialTimeout   = 20 * time.Second // the parent resolves and connects meanwhile
	egressIdle    = time.Hour        // pools of connections to databases are idle for long
)

// A listed name gets an address of its own in the loopback range; the application's hosts file says which. A name that
// is not listed has none, and there is no route anywhere else.
const egressNetwork = "127.64.%d.%d"

// serveEgress answers for every measured pair and returns the lines for the application's hosts file.
func serveEgress(m *manifest.Manifest) (hosts string, err error) {
	addresses := map[string]string{}
	slots := make(chan struct{}, maxEgress)
	for _, pair := range m.Egress {
		host, port, err := manifest.SplitPair(pair)
		if err != nil {
			return "", err
		}
		address := addresses[host]
		if address == "" {
			n := len(addresses) + 1
			address = fmt.Sprintf(egressNetwork, n/250, n%250+1)
			addresses[host] = address
			hosts += address + "\t" + host + "\n"
		}
		listener, err := net.Listen("tcp4", fmt.Sprintf("%s:%d", address, port))
		if err != nil {
			return "", err
		}
		go forwardEgress(listener.(*net.TCPListener), pair, slots)
	}
	return hosts, nil
}

func forwardEgress(listener *net.TCPListener, pair string, slots chan struct{}) {
	for {
		slots <- struct{}{}
		inside, err := listener.AcceptTCP()
		if err != nil {
			<-slots
			time.Sleep(acceptPause)
			continue
		}
		go func() {
			defer func() { <-slots }()
			outside, err := dialOut(pair)
			if err != nil {
				logf("egress to %s: %v", pair, err)
				abort(inside) // as a host that refuses
				return
			}
			splice(inside, outside, egressIdle)
		}()
	}
}

// dialOut asks the parent for one pair.
func dialOut(pair string) (*vsock.Conn, error) {
	conn, err := vsock.Dial(vsock.Parent, egressPort, dialTimeout)
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Now().Add(dialTimeout))
	if _, err = io.WriteString(conn, pair+"\n"); err == nil {
		err = readConsent(conn)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, conn.SetDeadline(time.Time{})
}

// readConsent reads `ok\n` and not a byte more; anything else is the reason why not.
func readConsent(r io.Reader) error {
	var line []byte
	for b := make([]byte, 1); len(line) < maxAnswerLine; {
		if _, err := io.ReadFull(r, b); err != nil {
			return fmt.Errorf("the parent hung up: %w", err)
		}
		if b[0] != '\n' {
			line = append(line, b[0])
		} else if string(line) == "ok" {
			return nil
		} else {
			return fmt.Errorf("%q", strings.TrimPrefix(string(line), "error: "))
		}
	}
	return errors.New("the parent's answer is too long")
}
