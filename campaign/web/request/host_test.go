package request

import "testing"

func TestPanelHosts(t *testing.T) {
	for _, tt := range []struct {
		base, addr   string
		known, alien []string
	}{
		{"https://press.example.org", ":8080", []string{"press.example.org", "PRESS.example.org.", "press.example.org:443"},
			[]string{"", "evil.example", "press.example.org.evil.example", "127.0.0.1:8080", "localhost", "192.0.2.1", "evilpress.example.org"}},
		{"https://press.example.org", "127.0.0.1:8080", []string{"press.example.org", "127.0.0.1:8080", "localhost:8080", "[::1]:8080"}, []string{"evil.example", "localhost.evil.example", "127.0.0.1.evil.example"}},
		{"http://127.0.0.1:8080", "", []string{"127.0.0.1:8080", "localhost:8080"}, []string{"evil.example:8080"}},
		{"http://localhost:8080", ":8080", []string{"127.0.0.1:8080", "localhost:8080"}, []string{"evil.example:8080", "192.0.2.7:8080"}},
	} {
		ours := PanelHosts(tt.base, tt.addr)
		for _, h := range tt.known {
			if !ours(h) {
				t.Errorf("%s on %s does not know %q", tt.base, tt.addr, h)
			}
		}
		for _, h := range tt.alien {
			if ours(h) {
				t.Errorf("%s on %s takes %q for its own", tt.base, tt.addr, h)
			}
		}
	}
}
