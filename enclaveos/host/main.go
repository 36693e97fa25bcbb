// caution-host runs beside an enclave, on its parent's side: it carries the enclave's vsock streams to where they
// belong. Under QEMU it is the vsock device, too, and QEMU's parent.
package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

const usage = `usage: caution-host qemu --dir DIR --nsm SOCKET [--port N]… [--egress HOST:PORT]… [--allow-private] -- PROGRAM ARGS…

Serves a vhost-user vsock backend on DIR/vsock.sock and starts PROGRAM (QEMU) when it listens.

  --dir DIR            sockets and console.log are made here
  --nsm SOCKET         the Unix socket of the simulated security module (guest's port 49512)
  --port N             forward DIR/port-N.sock to the guest's vsock port N
  --egress HOST:PORT   a pair that the guest may ask for (guest's port 49510)
  --allow-private      also dial loopback, link-local and private addresses

Events are lines of JSON on standard output. It ends, and QEMU with it, when standard input does.
`

type options struct {
	dir, nsm     string
	ports        []uint32
	egress       []string
	allowPrivate bool
	command      []string
}

func main() {
	if len(os.Args) < 2 || os.Args[1] != "qemu" {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(64)
	}
	o, err := parseOptions(os.Args[2:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "caution-host: %v\n%s", err, usage)
		os.Exit(64)
	}
	code, err := runQEMU(o)
	if err != nil {
		fmt.Fprintf(os.Stderr, "caution-host: %v\n", err)
	}
	os.Exit(code)
}

func parseOptions(args []string) (*options, error) {
	o := &options{}
	for len(args) > 0 {
		name := args[0]
		args = args[1:]
		if name == "--" {
			o.command = args
			break
		}
		if name == "--allow-private" {
			o.allowPrivate = true
			continue
		}
		name, value, joined := strings.Cut(name, "=")
		if !joined {
			if len(args) == 0 {
				return nil, fmt.Errorf("%s needs a value", name)
			}
			value, args = args[0], args[1:]
		}
		if err := o.set(name, value); err != nil {
			return nil, err
		}
	}
	switch {
	case o.dir == "":
		return nil, errors.New("--dir is missing")
	case o.nsm == "":
		return nil, errors.New("--nsm is missing")
	case len(o.command) == 0:
		return nil, errors.New("no program behind --")
	}
	return o, nil
}

func (o *options) set(name, value string) error {
	switch name {
	case "--dir":
		o.dir = value
	case "--nsm":
		o.nsm = value
	case "--port":
		port, err := strconv.ParseUint(value, 10, 32)
		if err != nil || port == 0 {
			return fmt.Errorf("--port %s is not a port", value)
		}
		o.ports = append(o.ports, uint32(port))
	case "--egress":
		if _, _, err := splitPair(value); err != nil {
			return err
		}
		o.egress = append(o.egress, value)
	default:
		return fmt.Errorf("%s is not an option", name)
	}
	return nil
}
