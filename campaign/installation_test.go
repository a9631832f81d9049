package campaign

import "testing"

func TestDoubt(t *testing.T) {
	i := Installation{Places: []string{"file 1", "path a"}}
	for _, tt := range []struct {
		name   string
		places []string
		kept   int64
		want   Doubt
	}{
		{"where it was, as it was", []string{"file 1", "path a"}, 7, NoDoubt},
		{"grown since", []string{"path a"}, 3, NoDoubt},
		{"never seen by this folder", []string{"path a"}, 0, NoDoubt},
		{"in a moved folder", []string{"path b", "file 1"}, 7, NoDoubt},
		{"older than what was seen", []string{"file 1", "path a"}, 8, Restored},
		{"in another place", []string{"path b", "file 2"}, 7, Copied},
		{"in no place", nil, 7, Copied},
		{"older, in another place", []string{"path b"}, 9, Copied},
	} {
		if got := i.Doubt(tt.places, tt.kept, 7); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if d := i.Doubt(tt.places, tt.kept, 7); (d == NoDoubt) != d.Words().IsZero() {
			t.Errorf("%s: words %q", tt.name, d.Words())
		}
	}
}
