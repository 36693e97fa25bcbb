package nsm

import (
	"strings"
	"testing"
	"time"
)

func TestReadsTheTimeOfADocument(t *testing.T) {
	// 84 (array of 4) 41a0 (protected) a0 payload 4100 (signature)
	at, err := Timestamp(unhex(t, "8441a0a050a16974696d657374616d7019e8034100"[:0]+"8441a0a04ea16974696d657374616d701903e84100"))
	if err != nil || !at.Equal(time.UnixMilli(1000)) {
		t.Error(at, err)
	}
	for text, reason := range map[string]string{
		"":                 "ends early",
		"83":               "not of 4",
		"a0":               "want an array",
		"8441a0a041a04100": "no timestamp",
		"8441a0a0f64100":   "want a byte string",
		"8441a0a04c" + "a16974696d657374616d7060" + "4100":                 "want a number",
		"8441a0a054" + "a16974696d657374616d701bffffffffffffffff" + "4100": "a timestamp of",
	} {
		if _, err := Timestamp(unhex(t, text)); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func FuzzTimestamp(f *testing.F) {
	f.Add([]byte("\x84\x41\xa0\xa0\x4e\xa1\x69timestamp\x19\x03\xe8\x41\x00"))
	f.Fuzz(func(t *testing.T, document []byte) {
		if at, err := Timestamp(document); err == nil && (at.Before(time.UnixMilli(0)) || at.UnixMilli() > 1<<52) {
			t.Error(at)
		}
	})
}
