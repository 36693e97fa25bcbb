package main

import (
	"bytes"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"co.caution/enclaveos/guest/nsm"
	"co.caution/enclaveos/guest/vsock"
)

const (
	attestationPort = 49502
	userDataPrefix  = "caution1:"
	nonceBytes      = 32

	maxBody        = 4 << 10
	maxHeader      = 8 << 10
	maxConnections = 128
	maxWaiting     = 64
)

// attester answers challenges with fresh documents that bind the manifest.
type attester struct {
	module   *nsm.Lane
	clock    *clock
	manifest []byte
	bindings []byte
	userData []byte
	waiting  chan struct{}
}

// newAttester binds the manifest and, where the application has a port, the key of its channel (SHA-256 of the SPKI).
func newAttester(module *nsm.Lane, manifestText []byte, spki string, host *clock) *attester {
	digest := sha512.Sum384(manifestText)
	bindings := []byte(`{"manifest":"` + hex.EncodeToString(digest[:]) + `"`)
	if spki != "" {
		bindings = append(bindings, `,"tls":"`+spki+`"`...)
	}
	bindings = append(bindings, '}')
	bound := sha512.Sum384(bindings)
	return &attester{
		module:   module,
		clock:    host,
		manifest: manifestText,
		bindings: bindings,
		userData: append([]byte(userDataPrefix), bound[:]...),
		waiting:  make(chan struct{}, maxWaiting),
	}
}

func serveAttestation(handler http.Handler) error {
	listener, err := vsock.Listen(attestationPort)
	if err != nil {
		return err
	}
	go func() {
		err := newServer(handler).Serve(limit(listener, maxConnections))
		logf("attestation endpoint: %v", err)
	}()
	return nil
}

func newServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		MaxHeaderBytes:    maxHeader,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      2 * time.Minute, // the module is asked one at a time
		IdleTimeout:       30 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0), // what clients send is no business of the console
	}
}

func (a *attester) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if r.URL.Path != "/attestation" {
		fail(w, http.StatusNotFound, "there is only POST /attestation here")
		return
	}
	switch r.Method {
	case http.MethodOptions:
		h.Set("Access-Control-Allow-Methods", "POST, OPTIONS")
		h.Set("Access-Control-Allow-Headers", "Content-Type")
		h.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
	case http.MethodPost:
		a.attest(w, r)
	default:
		h.Set("Allow", "POST, OPTIONS")
		fail(w, http.StatusMethodNotAllowed, "use POST")
	}
}

func (a *attester) attest(w http.ResponseWriter, r *http.Request) {
	body, ok := readBody(w, r, maxBody)
	if !ok {
		return
	}
	nonce, err := parseChallenge(body)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	leave, ok := enter(w, a.waiting)
	if !ok {
		return
	}
	defer leave()
	document, err := a.module.Attest(a.userData, nonce, nil)
	if err != nil {
		fail(w, http.StatusBadGateway, err.Error())
		return
	}
	a.clock.compare(document, time.Now())
	answer(w, http.StatusOK, a.render(document))
}

// readBody reads a request's body, or says why not.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) (body []byte, ok bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err == nil {
		return body, true
	}
	if _, tooLong := err.(*http.MaxBytesError); tooLong {
		fail(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("the request is longer than %d bytes", limit))
	} else {
		fail(w, http.StatusBadRequest, "the request did not arrive whole")
	}
	return nil, false
}

// enter takes a place in a queue for the security module, or says that there is none.
func enter(w http.ResponseWriter, queue chan struct{}) (leave func(), ok bool) {
	select {
	case queue <- struct{}{}:
		return func() { <-queue }, true
	default:
		w.Header().Set("Retry-After", "1")
		fail(w, http.StatusServiceUnavailable, "busy: too many requests are waiting for the security module")
		return nil, false
	}
}

// render puts the manifest in as it is: a JSON encoder would re-space the bytes that the digest is over.
func (a *attester) render(document []byte) []byte {
	var out bytes.Buffer
	out.WriteString(`{"document":"`)
	out.WriteString(base64.StdEncoding.EncodeToString(document))
	out.WriteString(`","manifest":`)
	out.Write(a.manifest)
	out.WriteString(`,"bindings":"`)
	out.WriteString(base64.StdEncoding.EncodeToString(a.bindings))
	out.WriteString(`"}`)
	return out.Bytes()
}

// parseChallenge reads {"nonce":"<base64 of 32 bytes>"}.
func parseChallenge(body []byte) ([]byte, error) {
	var challenge struct {
		Nonce *string `json:"nonce"`
	}
	if err := json.Unmarshal(body, &challenge); err != nil {
		return nil, fmt.Errorf("the request is not JSON of the form {\"nonce\":\"…\"}")
	}
	if challenge.Nonce == nil {
		return nil, fmt.Errorf("nonce is missing")
	}
	nonce, err := base64.StdEncoding.Strict().DecodeString(*challenge.Nonce)
	if err != nil || len(nonce) != nonceBytes {
		return nil, fmt.Errorf("nonce must be the base64 of %d bytes", nonceBytes)
	}
	return nonce, nil
}

func fail(w http.ResponseWriter, status int, reason string) {
	body, _ := json.Marshal(map[string][]string{"errors": {reason}})
	answer(w, status, body)
}

func answer(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(status)
	w.Write(body)
}

// limit bounds how many connections are open at once; further ones wait in the socket's backlog.
func limit(l net.Listener, n int) net.Listener {
	return &limited{Listener: l, slots: make(chan struct{}, n)}
}

type limited struct {
	net.Listener
	slots chan struct{}
}

// Accept outlives what passes, such as a shortage of memory: an HTTP server would take it for the listener's end, and
// the enclave could never be attested again.
func (l *limited) Accept() (net.Conn, error) {
	for {
		l.slots <- struct{}{}
		conn, err := l.Listener.Accept()
		if err == nil {
			return &slotConn{Conn: conn, slots: l.slots}, nil
		}
		<-l.slots
		if errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrClosed) {
			return nil, err
		}
		time.Sleep(acceptPause)
	}
}

// slotConn gives its slot back once, when it is closed.
type slotConn struct {
	net.Conn
	slots chan struct{}
	once  sync.Once
}

func (c *slotConn) Close() error {
	c.once.Do(func() { <-c.slots })
	return c.Conn.Close()
}
