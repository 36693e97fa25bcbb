package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"time"
)

const (
	maxPairLine   = 300
	dialTimeout   = 10 * time.Second
	maxEgress     = 256
	pairReadLimit = 10 * time.Second
)

// egress dials for the guest: only pairs that were named when it started, only addresses of the open network.
type egress struct {
	pairs        map[string]bool
	allowPrivate bool
	slots        chan struct{}
	lookup       func(ctx context.Context, host string) ([]netip.Addr, error)
}

func newEgress(pairs []string, allowPrivate bool) *egress {
	e := &egress{pairs: map[string]bool{}, allowPrivate: allowPrivate, slots: make(chan struct{}, maxEgress)}
	for _, p := range pairs {
		e.pairs[p] = true
	}
	e.lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
		return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	}
	return e
}

// serve reads `host:port\n`, answers `ok\n` or `error: …\n`, then carries bytes.
func (e *egress) serve(c stream) {
	select {
	case e.slots <- struct{}{}:
		defer func() { <-e.slots }()
	default:
		refuse(c, errors.New("too many connections"))
		return
	}
	timer := time.AfterFunc(pairReadLimit, func() { c.Close() })
	pair, err := readLine(c)
	timer.Stop()
	if err != nil {
		c.Close()
		return
	}
	remote, err := e.dial(pair)
	if err != nil {
		refuse(c, err)
		return
	}
	if _, err := c.Write([]byte("ok\n")); err != nil {
		remote.Close()
		c.Close()
		return
	}
	splice(c, remote)
}

func refuse(c stream, reason error) {
	fmt.Fprintf(c, "error: %.200s\n", reason)
	c.Close()
}

func (e *egress) dial(pair string) (*net.TCPConn, error) {
	if !e.pairs[pair] {
		return nil, errors.New("not in the measured egress list")
	}
	host, port, err := splitPair(pair)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	addresses, err := e.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	err = errors.New("the name has no address that may be dialled")
	for _, a := range addresses {
		a = a.Unmap()
		if !e.allowPrivate && !public(a) {
			continue
		}
		// The address that was checked is the one that is dialled: a second look-up could say something else.
		var dialer net.Dialer
		conn, dialErr := dialer.DialContext(ctx, "tcp", netip.AddrPortFrom(a, port).String())
		if dialErr == nil {
			return conn.(*net.TCPConn), nil
		}
		err = dialErr
	}
	return nil, err
}

// Blocks that are neither private nor link-local by name, and lead inside all the same.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"),
}

func public(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsLoopback() || a.Zone() != "" {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// readLine takes one line and not a byte more: what follows belongs to the other end.
func readLine(r io.Reader) (string, error) {
	var line []byte
	for b := make([]byte, 1); len(line) < maxPairLine; {
		if _, err := io.ReadFull(r, b); err != nil {
			return "", err
		}
		if b[0] == '\n' {
			return string(bytes.TrimSuffix(line, []byte("\r"))), nil
		}
		line = append(line, b[0])
	}
	return "", errors.New("the line is too long")
}

func splitPair(pair string) (host string, port uint16, err error) {
	host, digits, err := net.SplitHostPort(pair)
	if err != nil || host == "" {
		return "", 0, fmt.Errorf("%q is not HOST:PORT", pair)
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || n == 0 {
		return "", 0, fmt.Errorf("%q is not HOST:PORT", pair)
	}
	return host, uint16(n), nil
}
