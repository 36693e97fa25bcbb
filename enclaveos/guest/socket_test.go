package main

import (
	"bytes"
	"encoding/base64"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"co.caution/enclaveos/guest/nsm"
)

// recording keeps what it was asked, in order, one at a time.
type recording struct {
	mu      sync.Mutex
	asked   []string
	waiting chan struct{}
}

func (r *recording) Call(request []byte) ([]byte, error) {
	<-r.waiting
	r.mu.Lock()
	defer r.mu.Unlock()
	if bytes.Contains(request, []byte(appPrefix)) {
		r.asked = append(r.asked, "app")
	} else {
		r.asked = append(r.asked, "stranger")
	}
	return []byte("\xa1\x6bAttestation\xa1\x68document\x41d"), nil
}

func encoded(n int) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("x"), n)) }

func TestTheApplicationsDocumentsNeverPassForTheAgents(t *testing.T) {
	address := startServer(t, newNotary(nsm.NewClient(&module{}).Lane()))
	user := base64.StdEncoding.EncodeToString([]byte("caution1:" + strings.Repeat("h", 48)))
	response, body := ask(t, address, post(`{"user_data":"`+user+`","nonce":"`+encoded(3)+`","public_key":"`+encoded(4)+`"}`))
	if response.StatusCode != 200 || !strings.HasPrefix(body, `{"document":"`) {
		t.Fatal(response.Status, body)
	}
	document, _ := base64.StdEncoding.DecodeString(strings.TrimSuffix(strings.TrimPrefix(body, `{"document":"`), `"}`))
	// The scripted module's document is the request: each value with the length in front of it.
	for _, want := range []string{"app:caution1:hhh", "\x65nonce\x43xxx", "public_key\x44xxxx"} {
		if !bytes.Contains(document, []byte(want)) {
			t.Errorf("%q is not in %q", want, document)
		}
	}
	if bytes.Contains(document, []byte("user_data\x58\x39caution1:")) {
		t.Error("the application chose the prefix")
	}
}

func TestWhatTheApplicationLeavesOutIsLeftOut(t *testing.T) {
	address := startServer(t, newNotary(nsm.NewClient(&module{}).Lane()))
	for _, request := range []string{`{}`, `{"user_data":null,"nonce":null}`} {
		if response, body := ask(t, address, post(request)); response.StatusCode != 200 {
			t.Error(response.Status, body)
		}
	}
}

func TestTheApplicationIsToldWhatIsWrong(t *testing.T) {
	address := startServer(t, newNotary(nsm.NewClient(&module{}).Lane()))
	for name, c := range map[string]struct {
		raw    string
		status int
		reason string
	}{
		"no JSON":          {post("hello"), 400, "not JSON"},
		"no base64":        {post(`{"user_data":"!"}`), 400, "base64"},
		"a number":         {post(`{"nonce":1}`), 400, "base64"},
		"long user data":   {post(`{"user_data":"` + encoded(509) + `"}`), 400, "user_data has 509 bytes, at most 508"},
		"long nonce":       {post(`{"nonce":"` + encoded(513) + `"}`), 400, "nonce has 513 bytes"},
		"long public key":  {post(`{"public_key":"` + encoded(1025) + `"}`), 400, "public_key has 1025 bytes"},
		"a long request":   {post(strings.Repeat(" ", maxAppBody+1)), 413, "longer than"},
		"another path":     {"POST /etc HTTP/1.1\r\nHost: e\r\nContent-Length: 0\r\n\r\n", 404, "POST /attestation"},
		"a path that goes": {"POST /attestation/../x HTTP/1.1\r\nHost: e\r\nContent-Length: 0\r\n\r\n", 404, "POST /attestation"},
		"another method":   {"GET /attestation HTTP/1.1\r\nHost: e\r\n\r\n", 405, "use POST"},
	} {
		response, body := ask(t, address, c.raw)
		if response.StatusCode != c.status || !strings.Contains(body, c.reason) {
			t.Errorf("%s: %s %s", name, response.Status, body)
		}
	}
	if response, body := ask(t, address, post(`{"user_data":"`+encoded(508)+`","nonce":"`+encoded(512)+`","public_key":"`+encoded(1024)+`"}`)); response.StatusCode != 200 {
		t.Error(response.Status, body)
	}
}

func TestTheApplicationAndStrangersTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		device := &recording{waiting: make(chan struct{})}
		client := nsm.NewClient(device)
		mine, theirs := client.Lane(), client.Lane()
		for range 20 { // the application asks as fast as it can
			go mine.Attest([]byte(appPrefix), nil, nil)
		}
		synctest.Wait()
		for range 3 {
			go theirs.Attest([]byte(userDataPrefix), nil, nil)
		}
		for range 23 {
			synctest.Wait()
			device.waiting <- struct{}{}
		}
		synctest.Wait()
		if got := strings.Join(device.asked[:8], " "); got != "app stranger app stranger app stranger app app" {
			t.Error(got)
		}
	})
}

func FuzzAppRequest(f *testing.F) {
	f.Add([]byte(`{"user_data":"eA==","nonce":"eA==","public_key":"eA=="}`))
	f.Add([]byte(`{"user_data":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if r, err := parseAppRequest(body); err == nil && (len(r.UserData) > maxAppUserData || len(r.Nonce) > nsm.MaxNonce || len(r.PublicKey) > nsm.MaxPublicKey) {
			t.Error("over a limit")
		}
	})
}
