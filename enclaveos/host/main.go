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

const usage = `usage: caution-host qemu --dir DIR --nsm SOCKET [OPTIONS] -- PROGRAM ARGS…
       caution-host parent --dir DIR --cid N [OPTIONS]

qemu    serves a vhost-user vsock backend on DIR/vsock.sock and starts PROGRAM (QEMU) when it listens.
parent  serves an enclave that runs already, over the kernel's own vsock.

  --dir DIR            sockets and console.log are made here
  --nsm SOCKET         the Unix socket of the simulated security module (guest's port 49512)
  --cid N              the enclave's context id
  --port N             forward DIR/port-N.sock to the guest's vsock port N
  --egress HOST:PORT   a pair that the guest may ask for (guest's port 49510)
  --allow-private      also dial loopback, link-local and private addresses

Events are lines of JSON on standard output. It ends, and QEMU with it, when standard input does.
`

type options struct {
	dir, nsm     string
	cid          uint32
	ports        []uint32
	egress       []string
	allowPrivate bool
	command      []string
}

func main() {
	if len(os.Args) < 2 || os.Args[1] != "qemu" && os.Args[1] != "parent" {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(64)
	}
	o, err := parseOptions(os.Args[1], os.Args[2:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "caution-host: %v\n%s", err, usage)
		os.Exit(64)
	}
	run := runQEMU
	if os.Args[1] == "parent" {
		run = runParent
	}
	code, err := run(o)
	if err != nil {
		fmt.Fprintf(os.Stderr, "caution-host: %v\n", err)
	}
	os.Exit(code)
}

func parseOptions(command string, args []string) (*options, error) {
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
	qemu := command == "qemu"
	switch {
	case o.dir == "":
		return nil, errors.New("--dir is missing")
	case qemu && o.nsm == "":
		return nil, errors.New("--nsm is missing")
	case qemu && len(o.command) == 0:
		return nil, errors.New("no program behind --")
	case qemu && o.cid != 0:
		return nil, errors.New("--cid is for parent: under QEMU there is one enclave")
	case !qemu && o.cid == 0:
		return nil, errors.New("--cid is missing")
	case !qemu && (o.nsm != "" || len(o.command) > 0):
		return nil, errors.New("--nsm and a program are for qemu")
	}
	return o, nil
}

func (o *options) set(name, value string) error {
	switch name {
	case "--dir":
		o.dir = value
	case "--nsm":
		o.nsm = value
	case "--cid":
		// Below 4 are the hypervisor, the machine itself and the parent.
		cid, err := strconv.ParseUint(value, 10, 32)
		if err != nil || cid < 4 || cid == 1<<32-1 {
			return fmt.Errorf("--cid %s is not the context of an enclave", value)
		}
		o.cid = uint32(cid)
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
