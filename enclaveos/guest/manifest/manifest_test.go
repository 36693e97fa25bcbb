package manifest

import (
	"strings"
	"testing"
)

const good = `{"manifest":2,"pipeline":2,"tree":"ab","files":"cd","argv":["/hello","x"],"env":["K=V"],"workdir":"/w",` +
	`"user":{"uid":1000,"gid":1000,"groups":[1000]},"ports":[8080],"egress":["api.example.com:443"],"stderr":true}`

func TestReadsWhatTheAgentActsOn(t *testing.T) {
	m, err := Parse([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if m.Argv[1] != "x" || m.User.UID != 1000 || m.Ports[0] != 8080 || !m.Stderr || m.Workdir != "/w" {
		t.Errorf("%+v", m)
	}
	if m, err = Parse([]byte(`{"manifest":2,"argv":["a"]}`)); err != nil || m.Workdir != "/" {
		t.Errorf("%+v %v", m, err)
	}
}

func TestRefuses(t *testing.T) {
	for change, reason := range map[string]string{
		`"manifest":2→"manifest":1`:                                  "version 1",
		`["/hello","x"]→[]`:                                          "nothing to run",
		`["/hello","x"]→["/hel\u0000lo"]`:                            "NUL",
		`"K=V"→"KV"`:                                                 "KEY=VALUE",
		`"/w"→"w"`:                                                   "not absolute",
		`"uid":1000→"uid":-1`:                                        "out of range",
		`"uid":1000→"uid":4294967296`:                                "out of range",
		`"uid":1000→"uid":"root"`:                                    "cannot unmarshal",
		`[8080]→[0]`:                                                 "out of range",
		`[8080]→[49502]`:                                             "reserved",
		`[8080]→[80,80]`:                                             "twice",
		`api.example.com:443→api.example.com`:                        "not host:port",
		`api.example.com:443→a b:443`:                                "not host:port",
		`api.example.com:443→localhost:443`:                          "not host:port",
		`api.example.com:443→1.2.3.4:443`:                            "list a host name",
		`api.example.com:443→a:1","a:1`:                              "twice",
		`api.example.com:443→a:8080`:                                 "a port of the application",
		`{"manifest"→[{"manifest"`:                                   "not a JSON object",
		`"stderr":true}→"stderr":true`:                               "unexpected end",
		`"tree":"ab"→"tree":"` + strings.Repeat("a", MaxBytes) + `"`: "bytes",
		`[8080]→[` + strings.TrimSuffix(strings.Repeat("1,", 65), ",") + `]`: "at most 64",
		`"groups":[1000]→"groups":[` + strings.Repeat("1,", 64) + `1]`:       "at most 64",
	} {
		from, to, _ := strings.Cut(change, "→")
		text := strings.Replace(good, from, to, 1)
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%.60s: %v", change, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Fuzz(func(t *testing.T, text []byte) {
		if m, err := Parse(text); err == nil && len(m.Argv) == 0 {
			t.Error("a manifest with nothing to run")
		}
	})
}
