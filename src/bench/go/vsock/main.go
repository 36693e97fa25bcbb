// vsock-bench compares the host program's vsock with a plain virtio-net, in one guest and one run: tools/vsock-bench.
// As PID 1 it is that guest; with two addresses it is the client: DIR/port-8080.sock of the host program, and the
// address that QEMU forwards to the guest's network device.
package main

import (
	"fmt"
	"os"
)

const (
	port   = 8080
	bytes  = 64 << 20 // in each direction, by one stream
	rounds = 5        // alternating, so that other work on the machine meets both
)

func main() {
	switch {
	case os.Getpid() == 1:
		fmt.Println("vsock-bench:", guest())
	case len(os.Args) == 3:
		if err := client(os.Args[1], os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, "vsock-bench:", err)
			os.Exit(1)
		}
	default:
		fmt.Fprintln(os.Stderr, "usage: vsock-bench SOCKET HOST:PORT")
		os.Exit(64)
	}
}
