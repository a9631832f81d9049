package check

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/glasnik/glasnik/campaign"
)

//go:embed rules/*.yaml
var ruleFiles embed.FS

// Guide is what the rules are for, in words for the team: guide.yaml, which says how the files are written.
type Guide struct {
	Version    string                    `yaml:"version"`
	Guidelines map[string]Guideline      `yaml:"guidelines"`
	Categories map[string]campaign.Texts `yaml:"categories"`
	Rules      []Rule                    `yaml:"rules"`
}

// Guideline is a source of rules.
type Guideline struct {
	Name campaign.Texts `yaml:"name"`
	Link string         `yaml:"link"`
}

// Rule is one rule as the guide explains it. Its patterns are in the files of the languages; those of a rule of structure, whose id
// begins with S, are code.
type Rule struct {
	ID       string         `yaml:"id"`
	Category string         `yaml:"category"`
	Severity Severity       `yaml:"severity"`
	Title    campaign.Texts `yaml:"title"`
	Why      campaign.Texts `yaml:"why"`
	Alone    campaign.Texts `yaml:"alone"` // why, where the settings of the team are not known
	Advice   campaign.Texts `yaml:"advice"`
	Sources  []string       `yaml:"sources"`
	Unless   []string       `yaml:"unless"`

	Kinds map[string]Kind `yaml:"kinds"` // what else is said where the kind of harm is known, by category
}

// Kind is what is said of one kind of harm.
type Kind struct {
	Why    campaign.Texts `yaml:"why"`
	Advice campaign.Texts `yaml:"advice"`
}

// languageFile is the file of a language: en.yaml, fr.yaml, and sr.yaml for both scripts.
type languageFile struct {
	Sets   map[string][]string     `yaml:"sets"`
	Cues   map[string][]string     `yaml:"cues"`
	Beside beside                  `yaml:"beside"`
	Rules  map[string]languageRule `yaml:"rules"`
}

// languageRule is a rule in one language.
type languageRule struct {
	Say     []string          `yaml:"say"`     // better wordings
	Replace map[string]string `yaml:"replace"` // words that fit in the place of others as they are, by those
	Bad     []string          `yaml:"bad"`     // an example for the guide
	Good    []string          `yaml:"good"`    // and how to write it

	Everyday bool    `yaml:"everyday"` // its words are everyday words as well: none is found in a sentence about something else
	Find     []group `yaml:"find"`
}

// group are patterns of a rule that are judged alike.
type group struct {
	Match    []string `yaml:"match"`
	Except   []string `yaml:"except"` // no finding where one of these overlaps it
	Near     []string `yaml:"near"`   // cues, one of which must be in the sentence
	Far      []string `yaml:"far"`    // cues, none of which may be in it
	About    []string `yaml:"about"`  // cues, one of which must be in the sentence or beside it; of a headline, anywhere in the text
	In       []Role   `yaml:"in"`     // none: everywhere
	Severity Severity `yaml:"severity"`

	rule     int // in compiled.rules
	everyday bool
	say      []string
	replace  replacements
}

// wordings are the better ones of what was found, first the one in its number and case where it is known: none where the rule gives advice,
// which says how to write it anew.
func (g *group) wordings(rule *activeRule, found string) []string {
	if len(rule.Advice) > 0 {
		return nil
	}
	if words := g.replace[found]; words != "" {
		return append([]string{words}, slices.DeleteFunc(slices.Clone(g.say), func(say string) bool { return say == words })...)
	}
	return g.say
}

// source is what is written and what was learnt of one language.
type source struct {
	languageFile
	manner *manner
	kinds  *kinds
}

// sources are those of the languages, by the names of their files. Each is read when it is first asked for: who sends one letter in one
// language need not wait for all.
var sources = map[string]func() *source{
	"en": sync.OnceValue(func() *source { return readSource("en") }),
	"fr": sync.OnceValue(func() *source { return readSource("fr") }),
	"sr": sync.OnceValue(func() *source { return readSource("sr") }),
}

func readSource(name string) *source {
	s := &source{manner: readManner(name), kinds: readKinds(name)}
	mustRead(name, &s.languageFile)
	return s
}

// sourceOf returns the source of a language, nil for one that has none.
func sourceOf(l campaign.Language) *source {
	if read := sources[fileOf(l)]; read != nil {
		return read()
	}
	return nil
}

// mustRead reads a file that tests have read already.
func mustRead(name string, into any) {
	data, err := ruleFiles.Open("rules/" + name + ".yaml")
	if err == nil {
		decoder := yaml.NewDecoder(data)
		decoder.KnownFields(true)
		err = decoder.Decode(into)
	}
	if err != nil {
		panic(fmt.Sprintf("rules/%s.yaml: %v", name, err))
	}
}

// TheGuide returns what the built-in rules are for.
var TheGuide = sync.OnceValue(func() *Guide {
	guide := &Guide{}
	mustRead("guide", guide)
	return guide
})

// Rule returns a built-in rule, or nil.
func (g *Guide) Rule(id string) *Rule {
	return campaign.First(g.Rules, func(r *Rule) bool { return r.ID == id })
}

// Examples returns wordings a rule finds in a language, and what to write instead.
func (g *Guide) Examples(id string, l campaign.Language) (bad, good, say []string) {
	r := sourceOf(l).Rules[id]
	return r.Bad, r.Good, r.Say
}

// fileOf names the file of a language: one holds both scripts of Serbian.
func fileOf(l campaign.Language) string {
	file, _, _ := strings.Cut(string(l), "-")
	return file
}

// Rules are the rules a check follows: the built-in ones as the team changed them, and its own.
type Rules struct {
	languages map[string]func() *compiled // by the names of their files; each is made when it is first asked for
}

// of returns the rules of a language, nil where there are none.
func (r *Rules) of(l campaign.Language) *compiled {
	if compiled := r.languages[fileOf(l)]; compiled != nil {
		return compiled()
	}
	return nil
}

// compiled are the rules of one language.
type compiled struct {
	rules   []activeRule
	byID    map[string]int
	groups  []group
	index   index
	owners  []owner
	cueIDs  map[string]int
	cueList []string
	beside  wordsBeside
	manner  *manner
	kinds   *kinds
}

// activeRule is a rule with the team's changes.
type activeRule struct {
	Rule
	off     bool
	changed bool // by the team
	own     bool // the team's
}

// owner is what a pattern belongs to: a group's finding, its exception, or a cue.
type owner struct {
	group  int // -1 of a cue
	except bool
	cue    int
}

// Standard returns the built-in rules as they come.
var Standard = sync.OnceValue(func() *Rules {
	r, err := New(nil, nil)
	if err != nil {
		panic(err)
	}
	return r
})

// New returns the built-in rules with changes, by rule id, and rules of the team's own. It refuses patterns that cannot be read.
func New(changes map[string]campaign.RuleChange, own []campaign.WritingRule) (*Rules, error) {
	r := &Rules{languages: map[string]func() *compiled{}}
	for name := range sources {
		r.languages[name] = sync.OnceValue(func() *compiled { return newCompiled(name, changes) })
	}
	for _, o := range own {
		if err := r.add(o); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// newCompiled makes the built-in rules of a language, whose files tests have read already.
func newCompiled(name string, changes map[string]campaign.RuleChange) *compiled {
	from := sources[name]()
	c := &compiled{byID: map[string]int{}, cueIDs: map[string]int{}, manner: from.manner, kinds: from.kinds}
	for _, rule := range TheGuide().Rules {
		a := activeRule{Rule: rule}
		if change, ok := changes[rule.ID]; ok {
			a.off, a.changed = change.Off, true
			if change.Severity != "" {
				a.Severity = Severity(change.Severity)
			}
		}
		c.byID[rule.ID] = len(c.rules)
		c.rules = append(c.rules, a)
	}
	if err := c.compile(&from.languageFile); err != nil {
		panic(fmt.Sprintf("rules/%s.yaml: %v", name, err))
	}
	return c
}

func (c *compiled) compile(file *languageFile) error {
	c.beside = file.Beside.folded()
	for name, patterns := range file.Cues {
		c.cueIDs[name] = len(c.cueList)
		c.cueList = append(c.cueList, name)
		if err := c.addPatterns(patterns, file.Sets, owner{group: -1, cue: c.cueIDs[name]}); err != nil {
			return fmt.Errorf("cue %s: %w", name, err)
		}
	}
	for id, rule := range file.Rules {
		at, known := c.byID[id]
		if !known {
			return fmt.Errorf("the guide has no rule %s", id)
		}
		replace := newReplacements(rule.Replace)
		for _, g := range rule.Find {
			g.rule, g.say, g.replace, g.everyday = at, rule.Say, replace, rule.Everyday
			if err := c.addGroup(g, file.Sets); err != nil {
				return fmt.Errorf("%s: %w", id, err)
			}
		}
	}
	return nil
}

func (c *compiled) addGroup(g group, sets map[string][]string) error {
	for _, cue := range slices.Concat(g.Near, g.Far, g.About) {
		if _, known := c.cueIDs[cue]; !known {
			return fmt.Errorf("there is no cue %s", cue)
		}
	}
	n := len(c.groups)
	c.groups = append(c.groups, g)
	if err := c.addPatterns(g.Match, sets, owner{group: n}); err != nil {
		return err
	}
	return c.addPatterns(g.Except, sets, owner{group: n, except: true})
}

func (c *compiled) addPatterns(patterns []string, sets map[string][]string, o owner) error {
	n := len(c.owners)
	c.owners = append(c.owners, o)
	for _, source := range patterns {
		all, err := parsePattern(source, sets)
		if err != nil {
			return err
		}
		for _, elements := range all {
			c.index.add(&pattern{elements: elements, owner: n})
		}
	}
	return nil
}

// add takes a rule of the team's own.
func (r *Rules) add(o campaign.WritingRule) error {
	if o.Off {
		return nil
	}
	c := r.of(o.Language)
	if c == nil {
		return fmt.Errorf("the language of the rule %s is not known", o.ID)
	}
	c.rules = append(c.rules, activeRule{own: true, Rule: Rule{
		ID: o.ID, Category: "own", Severity: Severity(o.Severity), Title: campaign.Texts{"": o.Patterns}, Why: campaign.Texts{"": o.Why}, Unless: []string{"mention"},
	}})
	g := group{Match: ownPatterns(o.Patterns), rule: len(c.rules) - 1}
	if o.Suggestion != "" {
		g.say, g.replace = []string{o.Suggestion}, ownReplacements(o)
	}
	return c.addGroup(g, sourceOf(o.Language).Sets)
}

// ownPatterns divides what the team wrote: a pattern a line.
func ownPatterns(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// CheckOwn says what is wrong with the patterns of a rule of the team's own.
func CheckOwn(l campaign.Language, patterns string) error {
	file := sourceOf(l)
	if file == nil || len(ownPatterns(patterns)) == 0 {
		return campaign.FieldError("patterns", "write at least one pattern")
	}
	for _, p := range ownPatterns(patterns) {
		if _, err := parsePattern(p, file.Sets); err != nil {
			return campaign.FieldError("patterns", "%s", err)
		}
	}
	return nil
}
