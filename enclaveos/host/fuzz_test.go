package main

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
)

// FuzzExitReport: whatever the guest says, the service gets lines of flat JSON or nothing.
func FuzzExitReport(f *testing.F) {
	for _, seed := range []string{"{\"phase\":\"app\",\"code\":1}", "{\"a\":[[[[]]]]}", "null", "{}", "{\"\\u2028\":\"\\ud800\"}", "[1]", "{\"a\":\t1 }"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var out bytes.Buffer
		testServices(&out).exitReport(&said{strings.NewReader(string(line) + "\n")})
		if out.Len() == 0 {
			return
		}
		var event struct {
			Event  string
			Report map[string]any
		}
		if err := json.Unmarshal(out.Bytes(), &event); err != nil || event.Event != "exit" || bytes.Count(out.Bytes(), []byte("\n")) != 1 {
			t.Fatalf("%q: %v", out.Bytes(), err)
		}
		for _, value := range event.Report {
			switch value.(type) {
			case map[string]any, []any:
				t.Fatalf("%q", out.Bytes())
			}
		}
	})
}

// FuzzPairLine: what is dialled was named when the program started, letter by letter.
func FuzzPairLine(f *testing.F) {
	for _, seed := range []string{"api.example.com:443\n", "api.example.com:443\r\n", "API.example.com:443\n", ":\n", "[::1]:80\n", "\x00\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		pair, err := readLine(bytes.NewReader(line))
		if err != nil {
			return
		}
		if len(pair) >= maxPairLine || strings.Contains(pair, "\n") {
			t.Fatalf("%q", pair)
		}
		if host, port, err := splitPair(pair); err == nil && (host == "" || port == 0) {
			t.Fatalf("%q", pair)
		}
		e := newEgress([]string{"api.example.com:443"}, false)
		if pair != "api.example.com:443" {
			if _, err := e.dial(pair); err == nil || !strings.HasPrefix(err.Error(), "not in the measured") {
				t.Fatalf("%q: %v", pair, err)
			}
		}
	})
}

// said is a stream of which only the reading matters.
type said struct{ io.Reader }

func (*said) Write(p []byte) (int, error) { return len(p), nil }
func (*said) CloseWrite() error           { return nil }
func (*said) Close() error                { return nil }
