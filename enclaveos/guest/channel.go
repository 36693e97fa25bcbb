package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"net"
	"time"

	"co.caution/enclaveos/guest/vsock"
)

const (
	channelPort   = 49503
	maxChannels   = 256 // slots of their own: neither plain nor bound clients can crowd out the others
	handshakeWait = 10 * time.Second
)

// The certificate's dates are fixed: the enclave's clock is the host's to set, and nobody is to believe a certificate
// for its dates here. It lasts as long as the key, which is as long as the enclave. The end is RFC 5280's (4.1.2.5) for
// "no well-defined expiration date".
var (
	channelFrom  = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	channelUntil = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
)

// channel serves the application's first port with TLS, under a key that never leaves this process. Evidence names the
// key, so whoever checked it knows with whom they speak, whatever lies on the way.
type channel struct {
	config *tls.Config
	spki   string // hex of the SHA-256 of the key's SubjectPublicKeyInfo (DER)
}

// newChannel makes the key. It must run after the entropy pool was seeded.
func newChannel() (*channel, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader) // browsers and the JDK verify it; not all do Ed25519
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "EnclaveOS application channel"},
		DNSNames:              []string{"enclave"},
		NotBefore:             channelFrom,
		NotAfter:              channelUntil,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(spki)
	return &channel{
		config: &tls.Config{
			Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
			MinVersion:   tls.VersionTLS13,
			// Bytes go on to a port that speaks HTTP/1.1 without TLS: nothing else can be promised.
			NextProtos: []string{"http/1.1"},
			// Each connection shows the key: a ticket would vouch for an earlier look at it.
			SessionTicketsDisabled: true,
		},
		spki: hex.EncodeToString(digest[:]),
	}, nil
}

func (c *channel) serve(port int) error {
	listener, err := vsock.Listen(channelPort)
	if err != nil {
		return err
	}
	go accept(listener, "channel", make(chan struct{}, maxChannels), func(outside *vsock.Conn) {
		c.forward(outside, func(inside stream) { forward(inside, port) })
	})
	return nil
}

// forward hands the stream inside the TLS on, once the handshake is done.
func (c *channel) forward(outside net.Conn, onward func(stream)) {
	secured := tls.Server(breakable{outside}, c.config)
	outside.SetDeadline(time.Now().Add(handshakeWait))
	if err := secured.Handshake(); err != nil {
		secured.Close() // what strangers send is no business of the console
		return
	}
	outside.SetDeadline(time.Time{})
	onward(&securedStream{secured, outside})
}

// breakable tells an end from a break. crypto/tls takes the end of the connection for the end of what was said, also
// where nobody said goodbye (close_notify); somebody on the way could so cut a question short.
type breakable struct{ net.Conn }

var errBroke = errors.New("the stream ended without TLS's goodbye")

func (b breakable) Read(p []byte) (int, error) {
	n, err := b.Conn.Read(p)
	if err == io.EOF {
		err = errBroke
	}
	return n, err
}

// securedStream closes without a word: only the end of what the application said, passed on by CloseWrite, is announced
// (RFC 8446, 6.1). A stream that broke must not look complete to the one who reads it.
type securedStream struct {
	*tls.Conn
	below net.Conn
}

func (s *securedStream) Close() error { return s.below.Close() }
