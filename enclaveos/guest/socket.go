package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"co.caution/enclaveos/guest/app"
	"co.caution/enclaveos/guest/manifest"
	"co.caution/enclaveos/guest/nsm"
)

const (
	appPrefix = "app:" // in front of whatever the application has attested: it can never pass for the agent's own

	maxAppUserData    = nsm.MaxUserData - len(appPrefix)
	maxAppBody        = 8 << 10
	maxAppConnections = 32
	maxAppWaiting     = 16
)

// notary gives the application documents about what it names, over a Unix socket in its root.
type notary struct {
	module  *nsm.Lane
	waiting chan struct{}
}

func newNotary(module *nsm.Lane) *notary {
	return &notary{module, make(chan struct{}, maxAppWaiting)}
}

// serveSocket listens where the application's own user, its group and root may connect, and nobody else. The socket
// has a path: an abstract name would be open to every user in the network namespace.
func serveSocket(module *nsm.Lane, owner manifest.User) error {
	if err := os.MkdirAll(filepath.Dir(app.Socket), 0o755); err != nil {
		return err
	}
	listener, err := net.Listen("unix", app.Socket)
	if err != nil {
		return err
	}
	if err := os.Chmod(app.Socket, 0o660); err != nil {
		return err
	}
	if err := os.Chown(app.Socket, int(owner.UID), int(owner.GID)); err != nil {
		return err
	}
	go func() {
		err := newServer(newNotary(module)).Serve(limit(listener, maxAppConnections))
		logf("application's socket: %v", err)
	}()
	return nil
}

func (n *notary) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path != "/attestation":
		fail(w, http.StatusNotFound, "there is only POST /attestation here")
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", "POST")
		fail(w, http.StatusMethodNotAllowed, "use POST")
	default:
		n.attest(w, r)
	}
}

func (n *notary) attest(w http.ResponseWriter, r *http.Request) {
	body, ok := readBody(w, r, maxAppBody)
	if !ok {
		return
	}
	request, err := parseAppRequest(body)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	leave, ok := enter(w, n.waiting)
	if !ok {
		return
	}
	defer leave()
	document, err := n.module.Attest(append([]byte(appPrefix), request.UserData...), request.Nonce, request.PublicKey)
	if err != nil {
		fail(w, http.StatusBadGateway, err.Error())
		return
	}
	answer(w, http.StatusOK, []byte(`{"document":"`+base64.StdEncoding.EncodeToString(document)+`"}`))
}

// appRequest is what the application may have signed; each is the base64 of bytes, and may be left out.
type appRequest struct {
	UserData  strictBytes `json:"user_data"`
	Nonce     strictBytes `json:"nonce"`
	PublicKey strictBytes `json:"public_key"`
}

func parseAppRequest(body []byte) (*appRequest, error) {
	var request appRequest
	if err := json.Unmarshal(body, &request); err != nil {
		return nil, fmt.Errorf(`the request is not JSON of the form {"user_data":"…","nonce":"…","public_key":"…"}, each in base64`)
	}
	for _, field := range []struct {
		name  string
		value []byte
		limit int
	}{{"user_data", request.UserData, maxAppUserData}, {"nonce", request.Nonce, nsm.MaxNonce}, {"public_key", request.PublicKey, nsm.MaxPublicKey}} {
		if len(field.value) > field.limit {
			return nil, fmt.Errorf("%s has %d bytes, at most %d are allowed", field.name, len(field.value), field.limit)
		}
	}
	return &request, nil
}

// strictBytes is base64 that has one spelling for each value.
type strictBytes []byte

func (b *strictBytes) UnmarshalJSON(text []byte) error {
	var encoded *string
	if err := json.Unmarshal(text, &encoded); err != nil || encoded == nil {
		return err // null is as good as left out
	}
	decoded, err := base64.StdEncoding.Strict().DecodeString(*encoded)
	*b = decoded
	return err
}
