package campaign

import "testing"

func TestChanges(t *testing.T) {
	editor := User{ID: "u", Name: "Ana Anić", Email: "ana@example.org", Role: Editor, Password: "one"}
	viewer := editor
	viewer.Role, viewer.Exports, viewer.Password = Viewer, true, "two"
	for name, c := range map[string]struct {
		before, after any
		unsaid        []string
		want          string
	}{
		"nothing":       {editor, editor, nil, ""},
		"from and to":   {editor, viewer, []string{"password"}, "exports: none → true; role: editor → viewer"},
		"a nested one":  {Settings{Brand: Brand{Name: "A"}}, Settings{Brand: Brand{Name: "B"}}, nil, "brand.name: A → B"},
		"one that came": {Settings{}, Settings{Senders: []Sender{{Email: "a@example.org"}}}, nil, "senders: none → a@example.org"},
		"by language":   {Settings{Brand: Brand{Footer: map[Language]string{English: "x"}}}, Settings{}, nil, "brand.footer.en: x → none"},
	} {
		if got := Changes(c.before, c.after, c.unsaid...); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
