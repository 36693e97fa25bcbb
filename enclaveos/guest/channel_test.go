package main

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// pair is two ends of one TCP connection.
func pair(t *testing.T) (near, far *net.TCPConn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	dialed, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		dialed.Close()
		accepted.Close()
	})
	return dialed.(*net.TCPConn), accepted.(*net.TCPConn)
}

// bound is a channel, the client's end of a connection to it, and the application's end of what lies behind.
func bound(t *testing.T) (c *channel, client, application *net.TCPConn) {
	t.Helper()
	c, err := newChannel()
	if err != nil {
		t.Fatal(err)
	}
	client, outside := pair(t)
	inside, application := pair(t)
	go c.forward(outside, func(s stream) { splice(s, inside, time.Minute) })
	return c, client, application
}

func believeAnything(protocols ...string) *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, NextProtos: protocols}
}

func TestTheChannelShowsTheKeyThatEvidenceNames(t *testing.T) {
	c, raw, application := bound(t)
	client := tls.Client(raw, believeAnything("h2", "http/1.1"))
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	state := client.ConnectionState()
	if state.Version != tls.VersionTLS13 || state.NegotiatedProtocol != "http/1.1" || len(state.PeerCertificates) != 1 {
		t.Errorf("%#x %q", state.Version, state.NegotiatedProtocol)
	}
	certificate := state.PeerCertificates[0]
	digest := sha256.Sum256(certificate.RawSubjectPublicKeyInfo)
	if hex.EncodeToString(digest[:]) != c.spki {
		t.Error("another key than the bound one")
	}
	if err := certificate.CheckSignature(certificate.SignatureAlgorithm, certificate.RawTBSCertificate, certificate.Signature); err != nil {
		t.Error(err)
	}
	if !certificate.NotBefore.Equal(channelFrom) || !certificate.NotAfter.Equal(channelUntil) {
		t.Error(certificate.NotBefore, certificate.NotAfter)
	}
	io.WriteString(client, "question")
	client.CloseWrite() // half of it: the answer comes all the same
	if asked, err := io.ReadAll(application); err != nil || string(asked) != "question" {
		t.Errorf("%q %v", asked, err)
	}
	io.WriteString(application, "answer")
	application.Close()
	if answer, err := io.ReadAll(client); err != nil || string(answer) != "answer" {
		t.Errorf("%q %v", answer, err)
	}
}

func TestEachEnclaveHasAKeyOfItsOwn(t *testing.T) {
	a, err := newChannel()
	b, err2 := newChannel()
	if err != nil || err2 != nil || a.spki == b.spki {
		t.Error(err, err2)
	}
}

func TestAnAnswerThatBrokeDoesNotLookComplete(t *testing.T) {
	_, raw, application := bound(t)
	client := tls.Client(breakable{raw}, believeAnything())
	io.WriteString(client, "question")
	io.ReadFull(application, make([]byte, 8))
	io.WriteString(application, "half an ans")
	application.SetLinger(0)
	application.Close() // a reset: the application died
	if answer, err := io.ReadAll(client); err == nil {
		t.Errorf("%q looks complete", answer)
	}
}

func TestAQuestionThatBrokeDoesNotLookComplete(t *testing.T) {
	_, raw, application := bound(t)
	client := tls.Client(raw, believeAnything())
	io.WriteString(client, "half a ques")
	io.ReadFull(application, make([]byte, 11))
	raw.Close() // without TLS's goodbye
	application.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.ReadAll(application); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the question looks complete: %v", err)
	}
}

func TestTwoHundredHeldConnectionsFitIn64MiB(t *testing.T) {
	c, err := newChannel()
	if err != nil {
		t.Fatal(err)
	}
	memory := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	before := memory()
	clients := make([]*tls.Conn, 200) // their memory is counted, too
	for i := range clients {
		near, outside := pair(t)
		inside, application := pair(t)
		go c.forward(outside, func(s stream) { splice(s, inside, time.Minute) })
		clients[i] = tls.Client(near, believeAnything())
		io.WriteString(clients[i], "question") // each has carried something
		if _, err := io.ReadFull(application, make([]byte, 8)); err != nil {
			t.Fatal(err)
		}
	}
	after := memory()
	t.Logf("%d KiB for each connection and its client", (after-before)/200>>10)
	if after-before > 64<<20 {
		t.Errorf("%d MiB", (after-before)>>20)
	}
	runtime.KeepAlive(clients)
}

func TestOldOrForeignHandshakesAreRefused(t *testing.T) {
	for name, config := range map[string]*tls.Config{
		"TLS 1.2":       {InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12},
		"only HTTP/2":   believeAnything("h2"),
		"another voice": nil,
	} {
		_, raw, application := bound(t)
		if config == nil {
			io.WriteString(raw, "GET / HTTP/1.1\r\nHost: e\r\n\r\n")
		} else if err := tls.Client(raw, config).Handshake(); err == nil {
			t.Errorf("%s: accepted", name)
		}
		raw.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := io.Copy(io.Discard, raw); err != nil {
			t.Errorf("%s: not closed: %v", name, err)
		}
		application.SetReadDeadline(time.Now().Add(time.Millisecond))
		if n, _ := application.Read(make([]byte, 1)); n != 0 {
			t.Errorf("%s: bytes reached the application", name)
		}
	}
}
