// The application of EnclaveDutiesTest: it does in the enclave what a connection's first line says.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	listener, err := net.Listen("tcp", ":8080")
	if err != nil {
		panic(err)
	}
	for {
		c, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go serve(c.(*net.TCPConn))
	}
}

func serve(c *net.TCPConn) {
	defer c.Close()
	in := bufio.NewReader(c)
	line, err := in.ReadString('\n')
	if err != nil {
		return
	}
	words := strings.Fields(line)
	switch words[0] {
	case "echo":
		io.Copy(c, in)
	case "count": // answers only when the caller has ended its half
		n, _ := io.Copy(io.Discard, in)
		fmt.Fprintln(c, n)
	case "talk":
		fmt.Println("said on stdout")
		fmt.Fprintln(os.Stderr, "said on stderr")
		fmt.Fprintln(c, "done")
	case "resolve":
		addresses, err := net.LookupHost(words[1])
		fmt.Fprintln(c, addresses, err)
	case "dial":
		dial(c, words[1], words[2])
	case "fork":
		fork(c, in)
	case "zombies":
		zombies(c, words[1])
	case "eat":
		for kept := [][]byte{}; ; {
			piece := make([]byte, 8<<20)
			for i := range piece {
				piece[i] = 1
			}
			kept = append(kept, piece)
		}
	case "signal":
		n, _ := strconv.Atoi(words[1])
		syscall.Kill(os.Getpid(), syscall.Signal(n))
		time.Sleep(time.Minute)
	case "exit":
		n, _ := strconv.Atoi(words[1])
		os.Exit(n)
	}
	c.CloseWrite()
	io.Copy(io.Discard, c)
}

func dial(c net.Conn, address, word string) {
	remote, err := net.DialTimeout("tcp", address, 15*time.Second)
	if err != nil {
		fmt.Fprintln(c, "refused:", err)
		return
	}
	defer remote.Close()
	fmt.Fprintln(remote, word)
	answer, err := bufio.NewReader(remote).ReadString('\n')
	fmt.Fprintln(c, strings.TrimSpace(answer), err)
}

// A child of a Go program may not run Go: these make system calls and nothing else.

//go:norace
//go:nosplit
func child() (pid uintptr, errno syscall.Errno) {
	pid, _, errno = syscall.RawSyscall(syscall.SYS_FORK, 0, 0, 0)
	return pid, errno
}

func waiting() {
	for {
		syscall.RawSyscall(syscall.SYS_PAUSE, 0, 0, 0)
	}
}

// fork makes children until the kernel refuses, holds them until the caller says so, and ends them.
func fork(c net.Conn, in *bufio.Reader) {
	var children []int
	var last syscall.Errno
	for {
		pid, errno := child()
		if errno != 0 {
			last = errno
			break
		}
		if pid == 0 {
			waiting()
		}
		children = append(children, int(pid))
	}
	fmt.Fprintln(c, len(children), last)
	in.ReadString('\n')
	for _, pid := range children {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	for _, pid := range children {
		syscall.Wait4(pid, nil, 0, nil)
	}
	fmt.Fprintln(c, "ended")
}

// zombies makes orphans that end at once: their parent is gone, so reaping them is the office of the namespace's PID 1.
func zombies(c net.Conn, count string) {
	n, _ := strconv.Atoi(count)
	for i := 0; i < n; i++ {
		pid, errno := child()
		if errno != 0 {
			fmt.Fprintln(c, errno)
			return
		}
		if pid == 0 {
			syscall.RawSyscall(syscall.SYS_FORK, 0, 0, 0)
			syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0)
		}
		syscall.Wait4(int(pid), nil, 0, nil)
	}
	left := 0
	for i := 0; i < 100; i++ { // a moment for the last ones
		if left = dead(); left == 0 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	fmt.Fprintln(c, left, "left")
}

func dead() (n int) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		if stat, err := os.ReadFile("/proc/" + e.Name() + "/stat"); err == nil {
			if _, after, ok := strings.Cut(string(stat), ") "); ok && strings.HasPrefix(after, "Z") {
				n++
			}
		}
	}
	return n
}
