package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
)

// pipe is a stream whose other end is in the test's hand.
func pipe(t *testing.T) (stream, *net.TCPConn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	near, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	far, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close(); far.Close() })
	return far.(*net.TCPConn), near.(*net.TCPConn)
}

func testServices(out io.Writer) *services {
	return newServices(&options{}, &events{out: out, errors: io.Discard})
}

func TestTheHeartbeatIsEchoedAndToldOnce(t *testing.T) {
	var out bytes.Buffer
	s := testServices(&out)
	for range 2 {
		far, near := pipe(t)
		near.Write([]byte{heartbeatByte})
		s.heartbeat(far)
		if b, _ := io.ReadAll(near); len(b) != 1 || b[0] != heartbeatByte {
			t.Errorf("%x", b)
		}
	}
	far, near := pipe(t)
	near.Write([]byte{0})
	s.heartbeat(far)
	if out.String() != "{\"event\":\"heartbeat\"}\n" {
		t.Error(out.String())
	}
}

func TestAnExitReportIsOneObjectOnOneLine(t *testing.T) {
	for sent, told := range map[string]string{
		"{\"phase\":\"app\",\"code\":1}\n": "{\"event\":\"exit\",\"report\":{\"phase\":\"app\",\"code\":1}}\n",
		"{\"phase\":\"app\"}":              "", // no end of line: cut off
		"[1]\n":                            "",
		"{\"phase\":\n":                    "",
		strings.Repeat("x", 20_000) + "\n": "",
		"{} {\"event\":\"heartbeat\"}\n":   "",
		"{\"a\":1}\n{\"b\":2}\n":           "{\"event\":\"exit\",\"report\":{\"a\":1}}\n",
		"null\n":                           "",
		"{\"a\":{}}\n":                     "",
		"{\"a\":" + strings.Repeat("[", 5_000) + strings.Repeat("]", 5_000) + "}\n": "",
	} {
		var out bytes.Buffer
		far, near := pipe(t)
		io.WriteString(near, sent)
		near.CloseWrite()
		testServices(&out).exitReport(far)
		if out.String() != told {
			t.Errorf("%.30q: %q", sent, out.String())
		}
	}
}

func TestOnlyTheOpenNetworkIsDialled(t *testing.T) {
	for _, a := range []string{
		"127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "0.1.2.3", "::", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
		"169.254.169.254", "fe80::1", "fc00::1", "fd12::1", "224.0.0.1", "ff02::1", "100.64.0.1", "198.18.0.1", "255.255.255.255",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "::10.0.0.1", "::ffff:0:10.0.0.1",
		"2001:0:7f00:1::", "2001:db8::1", "fec0::1", "100::1", "5f00::1", "fe80::1%lo", "fd00:ec2::254", "168.63.129.16",
		"100.100.100.200", "192.0.0.192", "203.0.113.9",
	} {
		if public(netip.MustParseAddr(a).Unmap()) {
			t.Errorf("%s would be dialled", a)
		}
	}
	for _, a := range []string{"1.1.1.1", "172.32.0.1", "2606:4700::1111", "2a00::1", "::ffff:8.8.8.8"} {
		if !public(netip.MustParseAddr(a).Unmap()) {
			t.Errorf("%s would not be dialled", a)
		}
	}
}

func serveEgress(t *testing.T, e *egress, line string) (string, *net.TCPConn) {
	t.Helper()
	far, near := pipe(t)
	go e.serve(far)
	io.WriteString(near, line)
	answer, _ := readLine(near)
	return answer, near
}

func TestEgressDialsMeasuredPairsOnly(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			io.Copy(c, c)
			c.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	pair := "api.example.com:" + port
	inside := func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}
	strict, lax := newEgress([]string{pair}, false), newEgress([]string{pair}, true)
	strict.lookup, lax.lookup = inside, inside

	if answer, _ := serveEgress(t, strict, pair+"\n"); answer != "error: the name has no address that may be dialled" {
		t.Error(answer)
	}
	if answer, _ := serveEgress(t, lax, "other.example.com:"+port+"\n"); !strings.HasPrefix(answer, "error: not in the measured") {
		t.Error(answer)
	}
	if answer, _ := serveEgress(t, lax, strings.Repeat("a", 1000)+"\n"); answer != "" {
		t.Error(answer)
	}
	answer, near := serveEgress(t, lax, pair+"\nping")
	if answer != "ok" {
		t.Fatal(answer)
	}
	near.CloseWrite()
	if b, _ := io.ReadAll(near); string(b) != "ping" {
		t.Errorf("%q", b)
	}
}

func TestOptions(t *testing.T) {
	o, err := parseOptions("qemu", strings.Fields("--dir /d --nsm=/n --port 80 --port 8080 --egress a:1 -- qemu -x --port 9"))
	if err != nil || o.dir != "/d" || o.nsm != "/n" || len(o.ports) != 2 || len(o.command) != 4 || o.egress[0] != "a:1" {
		t.Errorf("%+v %v", o, err)
	}
	for _, bad := range []string{
		"", "--dir /d --nsm /n", "--dir /d -- q", "--nsm /n -- q", "--dir /d --nsm /n --", "--port x -- q", "--port 0 -- q",
		"--port", "--what 1 -- q", "--dir /d --nsm /n --cid 16 -- q", "--egress a -- q", "--egress a:0 -- q",
	} {
		if _, err := parseOptions("qemu", strings.Fields(bad)); err == nil {
			t.Errorf("%q", bad)
		}
	}
}

func TestOptionsOfAParent(t *testing.T) {
	o, err := parseOptions("parent", strings.Fields("--dir /d --cid 16 --port 80 --egress a:1"))
	if err != nil || o.cid != 16 || len(o.ports) != 1 {
		t.Errorf("%+v %v", o, err)
	}
	for _, bad := range []string{
		"--dir /d", "--cid 16", "--dir /d --cid 3", "--dir /d --cid 4294967295", "--dir /d --cid x", "--dir /d --cid 16 --nsm /n",
		"--dir /d --cid 16 -- q",
	} {
		if _, err := parseOptions("parent", strings.Fields(bad)); err == nil {
			t.Errorf("%q", bad)
		}
	}
}

func TestTheConsoleIsCapped(t *testing.T) {
	var file bytes.Buffer
	c := &capped{to: &file, left: 10}
	for range 5 {
		if n, err := c.Write([]byte("123456")); n != 6 || err != nil {
			t.Fatal(n, err)
		}
	}
	if !strings.HasPrefix(file.String(), "1234561234\n[cut here") {
		t.Errorf("%q", file.String())
	}
}
