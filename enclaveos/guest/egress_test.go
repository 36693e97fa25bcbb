package main

import (
	"io"
	"strings"
	"testing"
)

func FuzzConsent(f *testing.F) {
	for _, answer := range []string{"ok\n", "error: no\n", "ok", "\n", "ok\nhello"} {
		f.Add(answer)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		r := strings.NewReader(answer)
		if err := readConsent(r); err == nil && (!strings.HasPrefix(answer, "ok\n") || r.Len() != len(answer)-3) {
			t.Errorf("%q was taken for consent", answer)
		}
	})
}

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
