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
	dialTimeout   = 10 * time.Second // to look the name up and to connect
	perAddress    = 4 * time.Second
	maxEgress     = 256
	pairReadLimit = 10 * time.Second
)

// egress dials for the guest: only pairs that were named when it started, only addresses of the open network.
type egress struct {
	pairs        map[string]bool
	allowPrivate bool
	slots        chan struct{}
	lookup       func(ctx context.Context, host string) ([]netip.Addr, error)
	own          func() map[netip.Addr]bool
}

func newEgress(pairs []string, allowPrivate bool) *egress {
	e := &egress{pairs: map[string]bool{}, allowPrivate: allowPrivate, slots: make(chan struct{}, maxEgress), own: ownAddresses}
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
	if err := say(c, "ok\n"); err != nil {
		remote.Close()
		c.Close()
		return
	}
	splice(c, remote)
}

func refuse(c stream, reason error) {
	say(c, fmt.Sprintf("error: %.200s\n", reason))
	c.Close()
}

// say writes a line, to a guest that may give no room for it.
func say(c stream, line string) error {
	defer time.AfterFunc(pairReadLimit, func() { c.Close() }).Stop()
	_, err := io.WriteString(c, line)
	return err
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
	own := e.own()
	for _, a := range addresses {
		a = a.Unmap()
		if !e.allowPrivate && (!public(a) || own[a]) {
			continue
		}
		// The address that was checked is the one that is dialled: a second look-up could say something else.
		dialer := net.Dialer{Timeout: perAddress}
		conn, dialErr := dialer.DialContext(ctx, "tcp", netip.AddrPortFrom(a, port).String())
		if dialErr == nil {
			return conn.(*net.TCPConn), nil
		}
		err = dialErr
	}
	return nil, err
}

// What IANA's registries of special-purpose addresses set apart, as far as Go does not know it by name, and one address
// by which a cloud's machines reach what is below them.
var (
	special4 = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "168.63.129.16/32")
	// Of IPv6 only this is handed out to be reached; whatever else carries an IPv4 address or leads inside lies outside.
	global6  = netip.MustParsePrefix("2000::/3")
	special6 = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)

func prefixes(texts ...string) (all []netip.Prefix) {
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

// public says that an address, not a mapped one, belongs to the open network.
func public(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Zone() != "" {
		return false
	}
	special := special4
	if !a.Is4() {
		if !global6.Contains(a) {
			return false
		}
		special = special6
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// ownAddresses are this machine's. A public one of them leads to its services like loopback does.
func ownAddresses() map[netip.Addr]bool {
	own := map[netip.Addr]bool{}
	addresses, _ := net.InterfaceAddrs()
	for _, a := range addresses {
		if network, is := a.(*net.IPNet); is {
			if address, ok := netip.AddrFromSlice(network.IP); ok {
				own[address.Unmap()] = true
			}
		}
	}
	return own
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
