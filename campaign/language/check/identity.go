package check

import "strings"

// details are what a paragraph tells of the person it is about, by kind.
type details struct {
	person, place, school, employer, street, relation, group, age, minor []span
}

// identity finds what makes a victim, and above all a child, recognisable.
func (c *checker) identity(r *reading) {
	all := span{0, len(r.tokens)}
	victims := len(r.cuesIn("victim", all)) > 0
	if !victims && len(r.cuesIn("singular", all))+len(r.cuesIn("harm", all)) == 0 {
		c.describedChild(r)
		return
	}
	var whole details
	noted := false
	for n, s := range r.sentences {
		d := c.detailsIn(r, s)
		whole.add(d)
		singular := r.has(n, "singular")
		about := singular || r.has(n-1, "singular") || r.has(n+1, "singular")
		group := r.has(n, "counted") && !singular
		switch {
		case r.has(n, "consent") || c.mentioned(r, s):
		case len(d.minor) > 0 && !group && (victims || !r.has(n, "profession")) && len(d.person)+len(d.place)+len(d.school)+len(d.street)+len(d.employer) > 0:
			c.note("S03", r, join(d.minor[0], firstOf(d.person, d.place, d.school, d.street, d.employer)))
			noted = true
		case len(d.person) > 0 && (singular || c.attached(r, d.person[0])):
			c.note("S01", r, d.person[0])
			noted = true
		case len(d.relation) > 0 && about && len(d.person)+len(d.place) > 0 && !group:
			c.note("S04", r, join(d.relation[0], firstOf(d.person, d.place)))
			noted = true
		}
	}
	if noted || len(r.cuesIn("singular", all)) == 0 || len(r.cuesIn("consent", all)) > 0 || len(r.tokens) > 400 {
		return
	}
	if n, at := whole.count(); n >= 3 {
		if !c.mentioned(r, at) {
			c.note("S02", r, at)
		}
	}
}

// describedChild finds a child who is not named but told apart by family and place: nobody writes so of one who is not in harm.
func (c *checker) describedChild(r *reading) {
	for n, s := range r.sentences {
		d := c.detailsIn(r, s)
		if len(d.minor) > 0 && len(d.relation) > 0 && len(d.place)+len(d.school) > 0 && len(d.person) == 0 && !r.has(n, "counted") && !r.has(n, "profession") && !r.has(n, "elsewhere") {
			c.note("S03", r, join(d.minor[0], d.relation[0]))
		}
	}
}

func (d *details) add(o details) {
	for _, p := range []struct{ to, from *[]span }{
		{&d.person, &o.person}, {&d.place, &o.place}, {&d.school, &o.school}, {&d.employer, &o.employer}, {&d.street, &o.street},
		{&d.relation, &o.relation}, {&d.group, &o.group}, {&d.age, &o.age}, {&d.minor, &o.minor},
	} {
		*p.to = append(*p.to, *p.from...)
	}
}

// count returns how many kinds of detail there are, and where the first stands.
func (d *details) count() (int, span) {
	n, at := 0, span{}
	for _, kind := range [][]span{d.person, d.age, d.place, d.school, d.employer, d.street, d.relation, d.group} {
		if len(kind) > 0 {
			if n++; n == 1 {
				at = kind[0]
			}
		}
	}
	return n, at
}

func firstOf(kinds ...[]span) span {
	for _, k := range kinds {
		if len(k) > 0 {
			return k[0]
		}
	}
	return span{}
}

func join(a, b span) span { return span{min(a.from, b.from), max(a.to, b.to)} }

// detailsIn are the details of a sentence that are not those of somebody in office.
func (c *checker) detailsIn(r *reading, s span) (d details) {
	d.minor, d.age = r.cuesIn("minor", s), r.cuesIn("age", s)
	d.employer, d.relation, d.group = r.cuesIn("employer", s), r.cuesIn("relation", s), r.cuesIn("smallgroup", s)
	for _, k := range r.cuesIn("school", s) {
		if r.named(k, s) {
			d.school = append(d.school, k)
		}
	}
	for _, k := range r.cuesIn("workplace", s) {
		if r.named(k, s) {
			d.employer = append(d.employer, k)
		}
	}
	for _, k := range r.cuesIn("street", s) {
		if r.named(k, s) {
			d.street = append(d.street, k)
		}
	}
	for i := s.from; i < s.to; i++ {
		t := &r.tokens[i]
		if age, minor := r.bracketedAge(i); age {
			d.age = append(d.age, span{i, i + 1})
			if minor {
				d.minor = append(d.minor, span{i, i + 1})
			}
		}
		if !t.is(capital) {
			continue
		}
		if p, ok := r.personAt(i, s.to); ok {
			if !c.inOffice(r, p) {
				d.person = append(d.person, p)
			}
			i = p.to - 1
			continue
		}
		if i > s.from && !t.is(opens) && !isBroad(t.word) && !t.is(capitals) && c.afterPreposition(r, i, s) && !r.near("office", span{i, i + 1}, 5, 2) && !r.near("accused", span{i, i + 1}, 3, 0) && !isMonth(t.word) {
			if len(d.minor) > 0 || !bigCities[t.word] || r.has(t.sentence, "minor") {
				d.place = append(d.place, span{i, i + 1})
			}
		}
	}
	return d
}

// afterPreposition reports whether a place is named after a word such as “from”, or “the village of”.
func (c *checker) afterPreposition(r *reading, i int, s span) bool {
	for back := 1; back <= 2 && i-back >= s.from; back++ {
		t := &r.tokens[i-back]
		if len(r.cuesIn("place", span{i - back, i - back + 1})) > 0 {
			return back == 1 || !t.is(capital)
		}
		if t.is(capital) && back == 1 { // “from Novi Pazar”, whose first word was looked at already
			return false
		}
	}
	return false
}

// named reports whether a school or a street is told apart: by a name or a number beside it.
func (r *reading) named(k, s span) bool {
	for i := max(s.from, k.from-2); i < min(s.to, k.to+3); i++ {
		t := &r.tokens[i]
		if (i < k.from || i >= k.to) && (t.is(capital) && (!t.is(opens) || t.is(quoted)) && !isBroad(t.word) || t.is(digits)) || i >= k.from && i < k.to && t.is(digits) {
			return true
		}
	}
	return r.tokens[k.from].is(quoted)
}

// bracketedAge reads an age in brackets or between commas, as in “Marija (17)”.
func (r *reading) bracketedAge(i int) (age, minor bool) {
	t := &r.tokens[i]
	if !t.is(digits) || len(t.word) > 2 || t.start == 0 {
		return false, false
	}
	text := r.part.Text
	brackets := strings.HasSuffix(text[:t.start], "(") && strings.HasPrefix(text[t.end:], ")")
	commas := strings.HasSuffix(text[:t.start], ", ") && strings.HasPrefix(text[t.end:], ",") && i > 0 && !r.tokens[i-1].is(digits)
	return brackets || commas, (brackets || commas) && isMinorAge(t.word)
}

// inOffice reports whether a named person is one who speaks, works or is accused in the text, or a party of a published case.
func (c *checker) inOffice(r *reading, p span) bool {
	if before := r.cuesIn("named_victim", span{max(0, p.from-2), p.from}); len(before) > 0 && before[0].to == p.from {
		return false // “the victim Marija Petrović said”
	}
	if r.near("profession", p, 6, 7) {
		return true
	}
	if len(r.cuesIn("named_after", span{p.to, min(p.to+3, len(r.tokens))})) > 0 {
		return false // “Marija Petrović, a victim of trafficking, told her story”
	}
	return r.near("saying", p, 4, 5) || r.near("accused", p, 4, 4) || r.near("case", p, 4, 3)
}

// attached reports whether a victim word stands right beside a name.
func (c *checker) attached(r *reading, p span) bool { return r.near("victim", p, 2, 2) }

func isMonth(word string) bool { return months[word] }

var months = wordSet(`january february march april may june july august september october november december januar* januara februara marta aprila maja juna jula avgusta
	septembra oktobra novembra decembra januaru februaru martu aprilu maju junu julu avgustu septembru oktobru novembru decembru janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre`)

// bigCities have so many people that naming them tells nothing of a grown-up.
var bigCities = wordSet(`belgrade beograd beograda beogradu beogradom novi novom novog sad sada sadu nis nisa nisu kragujevac kragujevca kragujevcu subotica subotice subotici paris lyon marseille lille nice toulouse bordeaux
	strasbourg nantes london manchester birmingham berlin hamburg vienna bec beca becu rome rim rima rimu milan milano madrid barcelona istanbul athens zagreb zagreba zagrebu sarajevo sarajeva sarajevu skopje skoplje skoplja
	skoplju sofia sofija sofije sofiji bucharest budapest budimpesta budimpeste budimpesti brussels bruxelles geneva geneve zurich cirih minhen munich frankfurt stockholm amsterdam podgorica podgorice podgorici tirana pristina kyiv kijev moscow moskva dubai dubaj new york`)
