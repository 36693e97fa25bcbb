package main

import (
	"bufio"
	"bytes"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"

	"co.caution/enclaveos/guest/nsm"
)

// module echoes its request as the document, one at a time, and waits for gate if there is one.
type module struct {
	mu   sync.Mutex
	busy bool
	gate chan struct{}
	bad  bool
}

func (m *module) Call(request []byte) ([]byte, error) {
	m.mu.Lock()
	m.bad = m.bad || m.busy
	m.busy = true
	m.mu.Unlock()
	if m.gate != nil {
		<-m.gate
	}
	m.mu.Lock()
	m.busy = false
	m.mu.Unlock()
	answer := append([]byte("\xa1\x6bAttestation\xa1\x68document\x59"), byte(len(request)>>8), byte(len(request)))
	return append(answer, request...), nil
}

// oddly spaced, so that a JSON encoder on the way would show
var manifestText = []byte("{ \"manifest\" : 1,\t\"argv\":[\"a\"] }\n")

func start(t *testing.T, m *module) string {
	t.Helper()
	return startServer(t, newAttester(nsm.NewClient(m).Lane(), manifestText, "", &clock{}))
}

func startServer(t *testing.T, handler http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(handler)
	go server.Serve(limit(listener, maxConnections))
	t.Cleanup(func() { server.Close() })
	return listener.Addr().String()
}

func ask(t *testing.T, address, raw string) (*http.Response, string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, raw)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)
	return response, string(body)
}

func post(body string) string {
	return fmt.Sprintf("POST /attestation HTTP/1.1\r\nHost: e\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

var goodNonce = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("n"), 32))

func TestAnswersAChallenge(t *testing.T) {
	response, body := ask(t, start(t, &module{}), post(`{"nonce":"`+goodNonce+`"}`))
	if response.StatusCode != 200 || response.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Fatal(response.Status, body)
	}
	var answer struct {
		Document, Bindings []byte
		Manifest           json.RawMessage
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(body, `"manifest":`+string(manifestText)+`,"bindings"`) {
		t.Errorf("the manifest's bytes changed: %s", body)
	}
	want := fmt.Sprintf(`{"manifest":"%x"}`, sha512.Sum384(manifestText))
	if string(answer.Bindings) != want {
		t.Errorf("bindings %s", answer.Bindings)
	}
	bound := sha512.Sum384(answer.Bindings)
	if !bytes.Contains(answer.Document, append([]byte("caution1:"), bound[:]...)) {
		t.Error("user_data does not bind the bindings")
	}
	if !bytes.Contains(answer.Document, bytes.Repeat([]byte("n"), 32)) {
		t.Error("the nonce is not in the request")
	}
}

func TestRefusesWithAReason(t *testing.T) {
	address := start(t, &module{})
	for name, c := range map[string]struct {
		raw    string
		status int
		reason string
	}{
		"no JSON":        {post("hello"), 400, "not JSON"},
		"no nonce":       {post("{}"), 400, "missing"},
		"null nonce":     {post(`{"nonce":null}`), 400, "missing"},
		"short nonce":    {post(`{"nonce":"AA=="}`), 400, "32 bytes"},
		"no base64":      {post(`{"nonce":"` + strings.Repeat("!", 44) + `"}`), 400, "32 bytes"},
		"non-zero bits":  {post(`{"nonce":"` + strings.Repeat("A", 42) + `B="}`), 400, "32 bytes"},
		"trailing JSON":  {post(`{"nonce":"` + goodNonce + `"}x`), 400, "not JSON"},
		"long body":      {post(strings.Repeat(" ", maxBody+1)), 413, "longer than"},
		"other path":     {"POST /other HTTP/1.1\r\nHost: e\r\nContent-Length: 0\r\n\r\n", 404, "POST /attestation"},
		"other method":   {"GET /attestation HTTP/1.1\r\nHost: e\r\n\r\n", 405, "POST"},
		"long header":    {"POST /attestation HTTP/1.1\r\nHost: e\r\nX: " + strings.Repeat("a", 20000) + "\r\n\r\n", 431, ""},
		"two lengths":    {"POST /attestation HTTP/1.1\r\nHost: e\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", 400, ""},
		"negative":       {"POST /attestation HTTP/1.1\r\nHost: e\r\nContent-Length: -1\r\n\r\n", 400, ""},
		"no host":        {"POST /attestation HTTP/1.1\r\n\r\n", 400, ""},
		"not HTTP":       {"\x16\x03\x01\x00\x00\r\n\r\n", 400, ""},
		"endless chunks": {"POST /attestation HTTP/1.1\r\nHost: e\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n" + strings.Repeat(" ", 0x2000) + "\r\n", 413, ""},
	} {
		response, body := ask(t, address, c.raw)
		if response.StatusCode != c.status || !strings.Contains(body, c.reason) {
			t.Errorf("%s: %s %s", name, response.Status, body)
		}
		if c.reason != "" && !strings.HasPrefix(body, `{"errors":["`) {
			t.Errorf("%s: %s", name, body)
		}
	}
}

func TestBrowsersMayAsk(t *testing.T) {
	response, _ := ask(t, start(t, &module{}), "OPTIONS /attestation HTTP/1.1\r\nHost: e\r\nOrigin: https://x\r\n\r\n")
	if response.StatusCode != 204 || response.Header.Get("Access-Control-Allow-Headers") != "Content-Type" {
		t.Error(response.Status, response.Header)
	}
}

func TestOneQuestionAtATimeAndABoundOnTheQueue(t *testing.T) {
	m := &module{gate: make(chan struct{})}
	address := start(t, m)
	statuses := make(chan int, maxWaiting+8)
	for range maxWaiting + 8 {
		go func() {
			response, _ := ask(t, address, post(`{"nonce":"`+goodNonce+`"}`))
			statuses <- response.StatusCode
		}()
	}
	for range 8 { // these do not wait
		if status := <-statuses; status != 503 {
			t.Errorf("status %d", status)
		}
	}
	close(m.gate)
	for range maxWaiting {
		if status := <-statuses; status != 200 {
			t.Errorf("status %d", status)
		}
	}
	if m.bad {
		t.Error("the module was asked two things at once")
	}
}

func TestMemoryAdviceCoversArchiveAndCopy(t *testing.T) {
	for ramdisks, want := range map[uint64]uint64{8 * mib: 128 * mib, 68 * mib: 256 * mib, 400 * mib: 960 * mib} {
		if got := memoryNeeded(ramdisks); got != want {
			t.Errorf("%d MiB: %d MiB", ramdisks/mib, got/mib)
		}
	}
}

func TestTheChannelsKeyIsBoundWhereThereIsOne(t *testing.T) {
	a := newAttester(nsm.NewClient(&module{}).Lane(), manifestText, "c0ffee", &clock{})
	want := fmt.Sprintf(`{"manifest":"%x","tls":"c0ffee"}`, sha512.Sum384(manifestText))
	if string(a.bindings) != want {
		t.Errorf("%s", a.bindings)
	}
}

// Whatever comes in, what goes out is HTTP with an error in JSON or a document, and the agent lives.
func FuzzServeRequest(f *testing.F) {
	for _, raw := range []string{
		post(`{"nonce":"` + goodNonce + `"}`),
		"OPTIONS /attestation HTTP/1.1\r\nHost: e\r\n\r\n",
		"POST /../attestation?x#y HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST http://e/attestation HTTP/1.1\r\nHost: e\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
	} {
		f.Add([]byte(raw))
	}
	handler := newAttester(nsm.NewClient(&module{}).Lane(), manifestText, "", &clock{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil {
			return
		}
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		body := recorder.Body.Bytes()
		switch {
		case recorder.Code == http.StatusNoContent && len(body) == 0:
		case recorder.Code == http.StatusOK && bytes.HasPrefix(body, []byte(`{"document":"`)):
		case recorder.Code >= 400 && recorder.Code != http.StatusBadGateway && bytes.HasPrefix(body, []byte(`{"errors":["`)):
		default:
			t.Errorf("%d %q", recorder.Code, body)
		}
	})
}

func FuzzParseChallenge(f *testing.F) {
	f.Add([]byte(`{"nonce":"` + goodNonce + `"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if nonce, err := parseChallenge(body); err == nil && len(nonce) != nonceBytes {
			t.Errorf("a nonce of %d bytes", len(nonce))
		}
	})
}

// flaky fails once before each connection.
type flaky struct {
	net.Listener
	failed bool
}

func (f *flaky) Accept() (net.Conn, error) {
	if f.failed = !f.failed; f.failed {
		return nil, errors.Join(syscall.ENOMEM)
	}
	return f.Listener.Accept()
}

func TestAFailedAcceptDoesNotEndTheEndpoint(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(newAttester(nsm.NewClient(&module{}).Lane(), manifestText, "", &clock{}))
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(limit(&flaky{Listener: listener}, 1)) }()
	for range 2 {
		response, body := ask(t, listener.Addr().String(), post(`{"nonce":"`+goodNonce+`"}`))
		if response.StatusCode != 200 {
			t.Fatal(response.Status, body)
		}
	}
	server.Close()
	if err := <-ended; err != http.ErrServerClosed {
		t.Error(err)
	}
}
