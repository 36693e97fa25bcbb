package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// said is what a function writes to the console.
func said(t *testing.T, what func()) string {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	console := os.Stderr
	os.Stderr = write
	what()
	os.Stderr = console
	write.Close()
	text, _ := io.ReadAll(read)
	return string(text)
}

// documentOf is the shape of a document (COSE_Sign1) whose payload holds a time.
func documentOf(at time.Time) []byte {
	millis := uint64(at.UnixMilli())
	payload := []byte("\xa2\x69module_id\x61i\x69timestamp\x1b")
	for shift := 56; shift >= 0; shift -= 8 {
		payload = append(payload, byte(millis>>shift))
	}
	return bytes.Join([][]byte{{0x84, 0x41, 0xa0, 0xa0, 0x58, byte(len(payload))}, payload, {0x41, 0}}, nil)
}

func TestADriftIsReportedOnceAndAgainWhenItGrows(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	c := &clock{}
	for _, step := range []struct {
		host time.Time
		want string
	}{
		{now.Add(40 * time.Millisecond), "40 ms from the host's"},
		{now.Add(60 * time.Millisecond), ""},
		{now.Add(90 * time.Second), "the host's is 1m30s ahead; it is not followed"},
		{now.Add(90 * time.Second), ""},
		{now.Add(-time.Hour), "1h0m0s behind"},
	} {
		got := said(t, func() { c.compare(documentOf(step.host), now) })
		if step.want == "" && got != "" || !strings.Contains(got, step.want) || strings.Count(got, "\n") > 1 {
			t.Errorf("%q, not %q", got, step.want)
		}
	}
	if got := said(t, func() { c.compare([]byte("no document"), now) }); got != "" {
		t.Error(got)
	}
}
