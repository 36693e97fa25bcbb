package nsm

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

// scripted answers with fixed bytes and keeps the request.
type scripted struct {
	answer  []byte
	request []byte
}

func (s *scripted) Call(request []byte) ([]byte, error) {
	s.request = request
	return s.answer, nil
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRequestsAreTheBytesOfAWSsOwnTypes(t *testing.T) {
	s := &scripted{answer: unhex(t, "a16b4174746573746174696f6ea168646f63756d656e744401020304")}
	document, err := NewClient(s).Attest([]byte("abc"), []byte("nnnn"), nil)
	if err != nil || !bytes.Equal(document, []byte{1, 2, 3, 4}) {
		t.Fatalf("%x %v", document, err)
	}
	want := "a16b4174746573746174696f6ea369757365725f6461746143616263656e6f6e6365446e6e6e6e6a7075626c69635f6b6579f6"
	if got := hex.EncodeToString(s.request); got != want {
		t.Errorf("request %s", got)
	}
	s.answer = unhex(t, "a16947657452616e646f6da16672616e646f6d420102")
	if random, err := NewClient(s).Random(); err != nil || len(random) != 2 {
		t.Errorf("%x %v", random, err)
	}
	if hex.EncodeToString(s.request) != "6947657452616e646f6d" {
		t.Errorf("request %x", s.request)
	}
}

func TestAnswersThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct{ hex, reason string }{
		"empty":              {"", "ends early"},
		"a text":             {"6947657452616e646f6d", "want a map"},
		"the module's error": {"a1654572726f726c496e76616c6964496e646578", "InvalidIndex"},
		"another operation":  {"a1674c6f636b504352a0", "it answers"},
		"no field":           {"a16947657452616e646f6da0", "no \"random\""},
		"a field twice":      {"a16947657452616e646f6da26672616e646f6d41016672616e646f6d4101", "twice"},
		"trailing bytes":     {"a16947657452616e646f6da16672616e646f6d42010200", "after the message"},
		"cut bytes":          {"a16947657452616e646f6da16672616e646f6d4401", "ends early"},
		"a huge length":      {"a16947657452616e646f6da16672616e646f6d5bffffffffffffffff", "ends early"},
		"an indefinite map":  {"bf", "not allowed"},
		"a huge map":         {"a16947657452616e646f6dbbffffffffffffffff", "ends early"},
		"huge nested map":    {"a16947657452616e646f6da16161bbffffffffffffffff", "ends early"},
		"deep nesting":       {"a16947657452616e646f6da16161" + strings.Repeat("81", 40) + "00", "deep"},
	} {
		_, err := NewClient(&scripted{answer: unhex(t, c.hex)}).Random()
		if err == nil || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUnknownFieldsAreSkipped(t *testing.T) {
	answer := unhex(t, "a16947657452616e646f6da2617882a1016162f66672616e646f6d420102")
	if random, err := NewClient(&scripted{answer: answer}).Random(); err != nil || len(random) != 2 {
		t.Errorf("%x %v", random, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("\xa1\x69GetRandom\xa1\x66random\x42\x01\x02"))
	f.Add([]byte("\xa1\x65Error\x6cInvalidIndex"))
	f.Fuzz(func(t *testing.T, answer []byte) {
		value, err := parse(answer, "GetRandom", "random")
		if err == nil && (len(value) == 0 || !bytes.Contains(answer, value)) {
			t.Errorf("%x from %x", value, answer)
		}
	})
}
