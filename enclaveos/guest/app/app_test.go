package app

import (
	"bytes"
	"encoding/json"
	"strings"
	"syscall"
	"testing"
)

// run interprets a filter, as far as ours goes.
func run(program []instruction, arch, number, arg0, arg2 uint32) uint32 {
	data := map[uint32]uint32{offsetArch: arch, offsetNr: number, offsetArg0: arg0, offsetArg2: arg2}
	a := uint32(0)
	for pc := 0; ; pc++ {
		i := program[pc]
		hit := false
		switch i.code {
		case load:
			a = data[i.k]
			continue
		case leave:
			return i.k
		case jeq:
			hit = a == i.k
		case jge:
			hit = a >= i.k
		case jset:
			hit = a&i.k != 0
		default:
			panic("an instruction that the test does not know")
		}
		if hit {
			pc += int(i.jt)
		} else {
			pc += int(i.jf)
		}
	}
}

func TestTheFilterRefusesWhatItSays(t *testing.T) {
	const eperm, enosys = retErrno | uint32(syscall.EPERM), retErrno | uint32(syscall.ENOSYS)
	const noFamily, noProtocol = retErrno | uint32(syscall.EAFNOSUPPORT), retErrno | uint32(syscall.EPROTONOSUPPORT)
	for name, c := range map[string]struct{ arch, number, arg0, want uint32 }{
		"read":                  {auditArchX8664, syscall.SYS_READ, 40, retAllow},
		"TCP":                   {auditArchX8664, syscall.SYS_SOCKET, syscall.AF_INET, retAllow},
		"Unix":                  {auditArchX8664, syscall.SYS_SOCKET, syscall.AF_UNIX, retAllow},
		"vsock":                 {auditArchX8664, syscall.SYS_SOCKET, afVsock, eperm},
		"IPv6":                  {auditArchX8664, syscall.SYS_SOCKET, syscall.AF_INET6, retAllow},
		"the kernel's ciphers":  {auditArchX8664, syscall.SYS_SOCKET, 38, noFamily},
		"packets":               {auditArchX8664, syscall.SYS_SOCKET, syscall.AF_PACKET, noFamily},
		"vsock by x32":          {auditArchX8664, x32Bit | syscall.SYS_SOCKET, afVsock, enosys},
		"i386":                  {0x40000003, 359, afVsock, retKill},
		"fork":                  {auditArchX8664, syscall.SYS_CLONE, 17, retAllow},
		"a thread":              {auditArchX8664, syscall.SYS_CLONE, 0x3d0f00, retAllow},
		"a user namespace":      {auditArchX8664, syscall.SYS_CLONE, syscall.CLONE_NEWUSER | 17, eperm},
		"clone3":                {auditArchX8664, sysClone3, 0, enosys},
		"unshare":               {auditArchX8664, syscall.SYS_UNSHARE, 0, eperm},
		"mount":                 {auditArchX8664, syscall.SYS_MOUNT, 0, eperm},
		"ptrace":                {auditArchX8664, syscall.SYS_PTRACE, 0, eperm},
		"bpf":                   {auditArchX8664, 321, 0, eperm},
		"io_uring_setup":        {auditArchX8664, 425, 0, eperm},
		"the highest known one": {auditArchX8664, 462, 0, retAllow},
	} {
		if got := run(filter(), c.arch, c.number, c.arg0, 0); got != c.want {
			t.Errorf("%s: %#x, want %#x", name, got, c.want)
		}
	}
	for _, number := range refused {
		if got := run(filter(), auditArchX8664, number, 0, 0); got != eperm {
			t.Errorf("call %d: %#x", number, got)
		}
	}
	for protocol, want := range map[uint32]uint32{0: retAllow, 4 /* sock_diag */ : noProtocol, 9 /* audit */ : noProtocol, 15 /* uevent */ : noProtocol} {
		if got := run(filter(), auditArchX8664, syscall.SYS_SOCKET, syscall.AF_NETLINK, protocol); got != want {
			t.Errorf("netlink protocol %d: %#x", protocol, got)
		}
	}
}

func TestRootKeepsDockersSetLessFour(t *testing.T) {
	const docker = 0xa80425fb
	const mknod, chroot, netRaw, setFcap = 1 << 27, 1 << 18, 1 << 13, 1 << 31
	if rootCapabilities != docker&^(mknod|chroot|netRaw|setFcap) {
		t.Errorf("%#x", uint64(rootCapabilities))
	}
}

func TestAReportFitsALine(t *testing.T) {
	code := 3
	for name, r := range map[string]Report{
		"short":         {Phase: "app", Code: &code},
		"control bytes": {Phase: "app", Code: &code, Stderr: strings.Repeat("\x01", tailBytes)},
		"no UTF-8":      {Phase: "app", Code: &code, Stderr: strings.Repeat("\xff", tailBytes)},
		"a long error":  {Phase: "boot", Error: strings.Repeat("x", 100_000)},
	} {
		line := r.Line()
		if len(line) > 16<<10 || bytes.Count(line, []byte("\n")) != 1 || !json.Valid(line) {
			t.Errorf("%s: %d bytes", name, len(line))
		}
	}
	if got := string(Report{Phase: "app", Code: &code}.Line()); got != "{\"phase\":\"app\",\"code\":3}\n" {
		t.Error(got)
	}
	var killed Report
	killed.Phase = "app"
	killed.setSignal(syscall.SIGKILL, false)
	if got := string(killed.Line()); got != "{\"phase\":\"app\",\"signal\":\"SIGKILL\",\"oom\":false}\n" {
		t.Error(got)
	}
}

func TestTheConsoleLearnsNothingOfTheApplicationsWords(t *testing.T) {
	code := 1
	if s := (Report{Phase: "app", Code: &code, Stderr: "secret"}).Summary(); strings.Contains(s, "secret") {
		t.Error(s)
	}
}

func TestTheTailKeepsTheEnd(t *testing.T) {
	tail := &tail{}
	for range 100 {
		tail.add([]byte(strings.Repeat("a", 100)))
	}
	tail.add([]byte("the end"))
	if len(tail.kept) != tailBytes || !bytes.HasSuffix(tail.kept, []byte("the end")) {
		t.Errorf("%d bytes", len(tail.kept))
	}
}

func TestFindsNumbersInTheKernelsFiles(t *testing.T) {
	text := []byte("low 0\noom 1\noom_kill 2\n")
	if field(text, "oom_kill") != 2 || field(text, "none") != 0 || field(nil, "x") != 0 {
		t.Error("oom_kill")
	}
}
