package campaign

import (
	"strings"
	"testing"
	"time"
)

func TestChanges(t *testing.T) {
	editor := User{ID: "u", Name: "Ana Anić", Email: "ana@example.org", Role: Editor, Password: "one"}
	viewer := editor
	viewer.Role, viewer.Exports, viewer.Password = Viewer, true, "two"
	named := Comparison{Silent: []string{"description"}, Name: func(field, value string) string {
		if field == "owner_id" {
			return "Ana Anić"
		}
		return value
	}}
	for name, c := range map[string]struct {
		how           Comparison
		before, after any
		want          string
	}{
		"nothing":       {Comparison{}, editor, editor, ""},
		"from and to":   {Comparison{Unsaid: []string{"password"}}, &editor, &viewer, "Field.role: Role.editor → Role.viewer; Field.exports: no → yes"},
		"a nested one":  {Comparison{}, Settings{Brand: Brand{Name: "A"}}, Settings{Brand: Brand{Name: "B"}}, "Field.brand.name: A → B"},
		"one that came": {Comparison{}, Settings{}, Settings{Senders: []Sender{{Name: "Press", Email: "a@example.org"}}}, "Field.senders: none → Press a@example.org"},
		"by language":   {Comparison{}, Settings{Brand: Brand{Footer: map[Language]string{English: "x"}}}, Settings{}, "Field.brand.footer (en): x → none"},
		"numbers":       {Comparison{}, Settings{Pace: Pace{PerSecond: 20}}, Settings{Pace: Pace{PerSecond: 0.5}}, "Field.pace.per_second: 20 → 0.5"},
		"a weekday":     {Comparison{}, Settings{}, Settings{Digest: DigestSettings{Weekday: time.Friday}}, "Field.digest.weekday: Weekday.Sunday → Weekday.Friday"},
		"a version": {
			Comparison{Silent: []string{"versions.body"}, Unsaid: []string{"versions.language"}},
			Release{Versions: []Version{{Language: English, Headline: "A", Body: "x"}, {Language: French, Body: "z"}}},
			Release{Versions: []Version{{Language: English, Headline: "B", Body: "y"}, {Language: French, Body: "z"}}},
			"Field.versions.headline (en): A → B; Field.versions.body (en): changed",
		},
		"an id": {named, List{}, List{Owner: "u", Description: "Who asked"}, "Field.description: changed; Field.owner_id: none → Ana Anić"},
	} {
		var got []string
		for _, change := range c.how.Changes(c.before, c.after) {
			got = append(got, change.String())
			if back := StoredText(change.Stored()).String(); back != change.String() && name != "by language" && name != "a version" { // a language is stored by its name
				t.Errorf("%s: %q comes back as %q", name, change, back)
			}
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
