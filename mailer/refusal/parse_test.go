package refusal

import "testing"

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text, status string
		code         int
	}{
		{"550 5.1.1 no such user", "5.1.1", 550},
		{"550-5.1.1 The account does\n 550-5.1.1 not exist\n 550 5.1.1 https://example.org/?p=1", "5.1.1", 550},
		{"host a.example[192.0.2.10] said: 552 over quota (#5.2.2)", "5.2.2", 552},
		{"Sorry, no mailbox here by that name. (#5.1.1)", "5.1.1", 0},
		{"5.3.0 - Other mail system problem 554-'5.7.1 blocked' (delivery attempts: 0)", "5.7.1", 554},
		{"5.1.0 - Unknown address error 550-'no such user'", "5.1.0", 550},
		{"#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##", "5.1.1", 550},
		{"550 5.0.0 then 550 5.1.1", "5.1.1", 550},
		{"connect to mx.example[192.0.2.5]:587: timed out", "", 0},
		{"554: delivery error: dd no account", "", 554},
		{"550 4.2.2 of another class", "", 550},
		{"554 5.7.1.", "5.7.1", 554},
		{"version 5.7.1.2 of 10.5.1.1", "", 0},
		{"", "", 0},
	} {
		if a := Parse(c.text); a.Code != c.code || a.Status != c.status {
			t.Errorf("%q: %d %q", c.text, a.Code, a.Status)
		}
	}
}

func FuzzJudge(f *testing.F) {
	f.Add("550 5.1.1 <a@b.example>: no such user", "a@b.example")
	f.Add("5.3.0 - 554-'5.7.1 x'", "")
	f.Fuzz(func(t *testing.T, text, to string) {
		for at := AtMail; at <= Returned; at++ {
			if v := Judge(at, Parse(text), to, "press@here.example"); v.Meaning != Unclear && v.Rule == "" {
				t.Errorf("%q: %d by no rule", text, v.Meaning)
			}
		}
	})
}

func TestPhrases(t *testing.T) {
	if len(groups()) < 15 {
		t.Errorf("%d groups", len(groups()))
	}
	for group, phrases := range groups() {
		for _, p := range phrases {
			if len(p) < 3 {
				t.Errorf("%s: %q is found in too much", group, p)
			}
		}
	}
	for text, want := range map[string]Meaning{"Почтовый ящик переполнен": Full, "Пользователь не найден": Gone, "такого пользователя нет": Gone, "Sanduče je puno": Full, "Boîte pleine": Full} {
		if v := Judge(Returned, Answer{Text: text}, "", ""); v.Meaning != want {
			t.Errorf("%s: %+v", text, v)
		}
	}
}
