package campaign

import "testing"

func TestListChoices(t *testing.T) {
	for _, c := range []struct {
		name string
		l    List
		want OptIn
		base Basis
	}{
		{"a public list asks to confirm", List{Public: true}, DoubleOptIn, LegitimateInterest},
		{"a private one has nobody to ask", List{}, SingleOptIn, LegitimateInterest},
		{"a public list may do without", List{Public: true, OptIn: SingleOptIn}, SingleOptIn, LegitimateInterest},
		{"requiring consent makes it the basis", List{RequireConsent: true}, SingleOptIn, ConsentBasis},
		{"what was chosen stays", List{OptIn: DoubleOptIn, Basis: Contract}, DoubleOptIn, Contract},
	} {
		c.l.Name = " Press "
		if err := c.l.Normalize(); err != nil || c.l.OptIn != c.want || c.l.Basis != c.base || c.l.Name != "Press" {
			t.Errorf("%s: %+v, %v", c.name, c.l, err)
		}
	}
	for field, l := range map[string]List{
		"opt_in": {Name: "x", OptIn: "triple"},
		"basis":  {Name: "x", Basis: Contract, RequireConsent: true},
		"name":   {},
	} {
		err := l.Normalize()
		if e, ok := err.(*Error); !ok || e.Code != Invalid || e.Field != field {
			t.Errorf("%+v: %v, want a mistake in %s", l, err, field)
		}
	}
	unknown := List{Name: "x", Basis: "hearsay"}
	if CodeOf(unknown.Normalize()) != Invalid {
		t.Error("a basis nobody knows was taken")
	}
}

func TestListTakesNew(t *testing.T) {
	l := List{Name: "Press"}
	if err := l.TakesNew(); err != nil {
		t.Error(err)
	}
	l.Archived = true
	if err := l.TakesNew(); CodeOf(err) != Conflict {
		t.Errorf("an archived list: %v", err)
	}
	// A list from before the choice existed asks.
	if !l.AsksToConfirm() {
		t.Error("a list that says nothing lets people in unasked")
	}
}
