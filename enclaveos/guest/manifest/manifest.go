// Package manifest reads what the measured manifest says about running the application.
package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
)

const (
	// Path is where the application's ramdisk puts it.
	Path = "/app/manifest.json"
	// MaxBytes keeps an attestation answer, which carries the manifest, under its 1 MiB.
	MaxBytes = 512 << 10

	version       = 2
	maxID         = 1<<31 - 1
	reservedFirst = 49500
	reservedLast  = 49600
	maxPorts      = 64
	maxGroups     = 64
	maxEgress     = 256
)

// Manifest is the part that the agent acts on; other fields are for verifiers.
type Manifest struct {
	Version int      `json:"manifest"`
	Argv    []string `json:"argv"`
	Env     []string `json:"env"`
	Workdir string   `json:"workdir"`
	User    User     `json:"user"`
	Ports   []int    `json:"ports"`
	Egress  []string `json:"egress"`
	Stderr  bool     `json:"stderr"`
}

// User is who the application runs as, in numbers.
type User struct {
	UID    int64   `json:"uid"`
	GID    int64   `json:"gid"`
	Groups []int64 `json:"groups"`
}

// Parse reads and checks a manifest.
func Parse(text []byte) (*Manifest, error) {
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("manifest: %d bytes, at most %d are allowed", len(text), MaxBytes)
	}
	if !bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{")) {
		return nil, errors.New("manifest: not a JSON object")
	}
	m := Manifest{Workdir: "/"}
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	return &m, nil
}

func (m *Manifest) check() error {
	if m.Version != version {
		return fmt.Errorf("version %d, this EnclaveOS reads version %d", m.Version, version)
	}
	if len(m.Argv) == 0 || m.Argv[0] == "" {
		return errors.New("argv is empty: nothing to run")
	}
	for _, s := range append(append([]string{m.Workdir}, m.Argv...), m.Env...) {
		if strings.IndexByte(s, 0) >= 0 {
			return errors.New("a NUL byte in argv, env or workdir")
		}
	}
	for _, e := range m.Env {
		if strings.IndexByte(e, '=') < 1 {
			return fmt.Errorf("env %.40q is not KEY=VALUE", e)
		}
	}
	if !strings.HasPrefix(m.Workdir, "/") {
		return fmt.Errorf("workdir %.40q is not absolute", m.Workdir)
	}
	if err := m.User.check(); err != nil {
		return err
	}
	if err := checkPorts(m.Ports); err != nil {
		return err
	}
	if len(m.Egress) > maxEgress {
		return fmt.Errorf("%d egress pairs, at most %d are allowed", len(m.Egress), maxEgress)
	}
	return m.checkEgress()
}

func (m *Manifest) checkEgress() error {
	seen := map[string]bool{}
	for _, pair := range m.Egress {
		host, port, err := SplitPair(pair)
		switch {
		case err != nil:
			return err
		case net.ParseIP(host) != nil:
			return fmt.Errorf("egress %s: an address has no name that could lead to the agent; list a host name", pair)
		case seen[pair]:
			return fmt.Errorf("egress %s comes twice", pair)
		case slices.Contains(m.Ports, port):
			// The agent listens on it at the name's address, so the application could not on all of them.
			return fmt.Errorf("egress %s has the number of a port of the application", pair)
		}
		seen[pair] = true
	}
	return nil
}

func (u User) check() error {
	if len(u.Groups) > maxGroups {
		return fmt.Errorf("%d groups, at most %d are allowed", len(u.Groups), maxGroups)
	}
	for _, id := range append([]int64{u.UID, u.GID}, u.Groups...) {
		if id < 0 || id > maxID {
			return fmt.Errorf("user or group id %d is out of range", id)
		}
	}
	return nil
}

func checkPorts(ports []int) error {
	if len(ports) > maxPorts {
		return fmt.Errorf("%d ports, at most %d are allowed", len(ports), maxPorts)
	}
	seen := map[int]bool{}
	for _, p := range ports {
		switch {
		case p < 1 || p > 65535:
			return fmt.Errorf("port %d is out of range", p)
		case p >= reservedFirst && p <= reservedLast:
			return fmt.Errorf("port %d is reserved for EnclaveOS (%d-%d)", p, reservedFirst, reservedLast)
		case seen[p]:
			return fmt.Errorf("port %d comes twice", p)
		}
		seen[p] = true
	}
	return nil
}

// SplitPair reads an egress entry, host:port.
func SplitPair(pair string) (host string, port int, err error) {
	host, digits, err := net.SplitHostPort(pair)
	if err == nil {
		port, err = strconv.Atoi(digits)
	}
	if err != nil || port < 1 || port > 65535 || !hostName(host) {
		return "", 0, fmt.Errorf("egress %.80q is not host:port", pair)
	}
	return host, port, nil
}

// hostName says whether a name can stand in a hosts file and on the wire without being something else.
func hostName(s string) bool {
	if s == "" || len(s) > 253 || strings.EqualFold(s, "localhost") {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '.', c == '_':
		default:
			return false
		}
	}
	return true
}
