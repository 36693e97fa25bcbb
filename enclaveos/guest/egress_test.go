package main

import (
	"io"
	"strings"
	"testing"
)

func TestConsentIsOneLineAndNoByteMore(t *testing.T) {
	r := strings.NewReader("ok\nhello")
	if err := readConsent(r); err != nil {
		t.Fatal(err)
	}
	if rest, _ := io.ReadAll(r); string(rest) != "hello" {
		t.Errorf("%q", rest)
	}
	for answer, reason := range map[string]string{
		"error: no\n":             `"no"`,
		"":                        "hung up",
		"ok":                      "hung up",
		"okay\n":                  `"okay"`,
		strings.Repeat("x", 1000): "too long",
		"error: \x1b[2J\n":        `\x1b`, // nothing of it acts on a terminal
	} {
		if err := readConsent(strings.NewReader(answer)); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%.20q: %v", answer, err)
		}
	}
}
