// Package nsm is a client of the Nitro Security Module: it asks for randomness and for attestation documents.
package nsm

import (
	"errors"
	"fmt"
)

const (
	maxRequest  = 0x1000
	maxResponse = 0x3000

	// What AWS's two texts both allow.
	MaxUserData  = 512
	MaxNonce     = 512
	MaxPublicKey = 1024
)

// Transport carries one request to the module and brings its answer back.
type Transport interface {
	Call(request []byte) ([]byte, error)
}

// Client asks one question at a time: the device takes no more.
type Client struct {
	turn      chan struct{} // senders of a channel are served in the order in which they came
	transport Transport
}

func NewClient(t Transport) *Client { return &Client{make(chan struct{}, 1), t} }

// Lane is a queue of its own for the client: each lane has at most one question waiting, so lanes take turns, however
// long the queue in one of them is. (The application must not keep strangers from asking, nor they it.)
type Lane struct {
	turn   chan struct{}
	client *Client
}

func (c *Client) Lane() *Lane { return &Lane{make(chan struct{}, 1), c} }

// Attest is the client's, when this lane's turn has come.
func (l *Lane) Attest(userData, nonce, publicKey []byte) ([]byte, error) {
	l.turn <- struct{}{}
	defer func() { <-l.turn }()
	return l.client.Attest(userData, nonce, publicKey)
}

// Random returns fresh random bytes from the module (256 of them, as it is specified).
func (c *Client) Random() ([]byte, error) {
	return c.ask(appendText(nil, "GetRandom"), "GetRandom", "random")
}

// Attest returns a signed document that holds the three values; nil leaves one out.
func (c *Client) Attest(userData, nonce, publicKey []byte) ([]byte, error) {
	if len(userData) > MaxUserData || len(nonce) > MaxNonce || len(publicKey) > MaxPublicKey {
		return nil, errors.New("nsm: user data, nonce or public key is too long")
	}
	request := appendHead(nil, majorMap, 1)
	request = appendText(request, "Attestation")
	request = appendHead(request, majorMap, 3)
	request = appendBytes(appendText(request, "user_data"), userData)
	request = appendBytes(appendText(request, "nonce"), nonce)
	request = appendBytes(appendText(request, "public_key"), publicKey)
	return c.ask(request, "Attestation", "document")
}

func (c *Client) ask(request []byte, name, field string) ([]byte, error) {
	if len(request) > maxRequest {
		return nil, errors.New("nsm: request is too long")
	}
	c.turn <- struct{}{}
	defer func() { <-c.turn }()
	answer, err := c.transport.Call(request)
	if err != nil {
		return nil, fmt.Errorf("nsm: %w", err)
	}
	value, err := parse(answer, name, field)
	if err != nil {
		return nil, fmt.Errorf("nsm: answer to %s: %w", name, err)
	}
	return value, nil
}

// parse reads {name: {field: bytes, …}} or {"Error": text}.
func parse(answer []byte, name, field string) ([]byte, error) {
	d := decoder{answer}
	if n, err := d.expect(majorMap, "a map"); err != nil {
		return nil, err
	} else if n != 1 {
		return nil, fmt.Errorf("cbor: a map of %d, not of 1", n)
	}
	key, err := d.text()
	if err != nil {
		return nil, err
	}
	if key == "Error" {
		reason, err := d.text()
		if err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("the module refused: %.64q", reason)
	}
	if key != name {
		return nil, fmt.Errorf("it answers %.64q", key)
	}
	fields, err := d.expect(majorMap, "a map")
	if err != nil {
		return nil, err
	}
	var value []byte
	for ; fields > 0; fields-- {
		key, err := d.text()
		if err != nil {
			return nil, err
		}
		if key != field {
			if err := d.skip(0); err != nil {
				return nil, err
			}
		} else if value != nil {
			return nil, fmt.Errorf("%q comes twice", field)
		} else if value, err = d.bytes(); err != nil {
			return nil, err
		}
	}
	if len(d.rest) != 0 {
		return nil, errors.New("bytes after the message")
	}
	if len(value) == 0 {
		return nil, fmt.Errorf("no %q in it", field)
	}
	return value, nil
}
