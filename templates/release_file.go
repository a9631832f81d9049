package templates

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/glasnik/glasnik/campaign"
)

// maxReleaseFile is more than any release needs, in octets, and less than what could hold the program up.
const maxReleaseFile = 1 << 20

// ParseReleaseFile reads a release file: Markdown under a front matter of YAML between two lines of ---, one language a
// file. The release given back holds what is common to all languages and no versions. Its attachments hold the path from the
// file in File and no bytes: the code that reads the files replaces the path by the id of the stored file. name is for the errors,
// which say the line. Merge fields are not checked here, see CheckRelease.
func ParseReleaseFile(name string, data []byte) (*campaign.Release, campaign.Version, error) {
	front, body, err := readReleaseFile(data)
	if err == nil {
		var r *campaign.Release
		var v campaign.Version
		if r, v, err = front.release(body); err == nil {
			return r, v, nil
		}
	}
	return nil, campaign.Version{}, campaign.Errorf(campaign.Invalid, "%s: %v", name, err)
}

func readReleaseFile(data []byte) (*releaseFront, string, error) {
	matter, body, err := splitReleaseFile(data)
	if err != nil {
		return nil, "", err
	}
	tree, err := parseFront(matter)
	if err != nil {
		return nil, "", err
	}
	if err := checkKeys("", tree); err != nil {
		return nil, "", err
	}
	front := releaseFront{node: tree}
	if err := tree.Decode(&front); err != nil {
		return nil, "", yamlProblem(err)
	}
	return &front, body, nil
}

// lineBreaks are those of old files, and in YAML 1.1 also signs that no editor takes for the end of a line.
var (
	lineBreaks      = strings.NewReplacer("\r\n", "\n", "\r", "\n")
	otherLineBreaks = strings.NewReplacer("\u0085", " ", "\u2028", " ", "\u2029", " ")
)

// splitReleaseFile divides a file into front matter and body. An empty line stands for the opening ---, so that lines count
// as in the file.
func splitReleaseFile(data []byte) (matter, body string, err error) {
	if len(data) > maxReleaseFile {
		return "", "", errors.New("the file is larger than 1 MB: is it a release?")
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return "", "", fmt.Errorf("line %d: the file is not UTF-8 text: save it as UTF-8", 1+strings.Count(lineBreaks.Replace(string(validStart(data))), "\n"))
	}
	rest, ok := strings.CutPrefix(lineBreaks.Replace(string(data)), "---\n")
	if !ok {
		return "", "", errors.New("line 1: the file must begin with a line of --- and the front matter")
	}
	if matter, body, ok = cutFront(rest); !ok {
		return "", "", errors.New("the front matter is not closed: a line of --- is missing")
	}
	return "\n" + otherLineBreaks.Replace(matter), body, nil
}

// validStart returns what is before the first octet that is not UTF-8.
func validStart(data []byte) []byte {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return data[:i]
		}
		i += size
	}
	return data
}

// parseFront reads the front matter.
func parseFront(matter string) (*yaml.Node, error) {
	if n := strings.Count(matter, "*") + strings.Count(matter, "&"); n > 1000 {
		return nil, errors.New("the front matter cannot be read: it has more than 1,000 of the marks * and &")
	}
	var tree yaml.Node
	if err := yaml.Unmarshal([]byte(matter), &tree); err != nil {
		return nil, brokenYAML(matter, err)
	}
	if len(tree.Content) == 0 || tree.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("line 2: the front matter must be a list of keys and values, such as headline: …")
	}
	return tree.Content[0], nil
}

// brokenYAML says on which line the front matter breaks: the one up to which it can be read. The library names the
// beginning of what it was reading, or the line before.
func brokenYAML(matter string, err error) error {
	what := strings.TrimPrefix(err.Error(), "yaml: ")
	if line, rest, ok := strings.Cut(what, ": "); ok && strings.HasPrefix(line, "line ") {
		what = rest
	}
	end := len(matter)
	for range 200 { // lines; nobody's front matter is much longer after its mistake
		if end = strings.LastIndexByte(strings.TrimSuffix(matter[:end], "\n"), '\n') + 1; end == 0 {
			break
		}
		var tree yaml.Node
		if yaml.Unmarshal([]byte(matter[:end]), &tree) == nil && (len(tree.Content) == 0 || tree.Content[0].Kind == yaml.MappingNode) {
			return fmt.Errorf("line %d: %s", 1+strings.Count(matter[:end], "\n"), what)
		}
	}
	return yamlProblem(err)
}

// cutFront divides what follows the first --- at the next line of it.
func cutFront(rest string) (matter, body string, ok bool) {
	if body, ok = strings.CutPrefix(rest, "---\n"); ok {
		return "", body, true
	}
	if matter, body, ok = strings.Cut(rest, "\n---\n"); ok {
		return matter + "\n", body, true
	}
	if matter, ok = strings.CutSuffix(rest, "\n---"); ok {
		return matter + "\n", "", true
	}
	return "", "", false
}

// yamlProblem makes a sentence of the library's message, which has the line in it.
func yamlProblem(err error) error {
	var types *yaml.TypeError
	if errors.As(err, &types) && len(types.Errors) > 0 {
		line, what, _ := strings.Cut(types.Errors[0], ": ")
		return fmt.Errorf("%s: a value is not of the kind expected here (%s)", line, what)
	}
	return errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
}

// checkKeys refuses unknown and doubled keys, and aliases, which no release needs.
func checkKeys(where string, node *yaml.Node) error {
	if node.Kind == yaml.AliasNode || node.Anchor != "" {
		return fmt.Errorf("line %d: anchors and aliases are not allowed", node.Line)
	}
	switch node.Kind {
	case yaml.SequenceNode:
		for _, item := range node.Content {
			if err := checkKeys(where, item); err != nil {
				return err
			}
		}
	case yaml.MappingNode:
		seen := map[string]bool{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			key, value := node.Content[i], node.Content[i+1]
			if where == "slots" && !campaign.IsSlotName(key.Value) {
				return fmt.Errorf("line %d: a slot is named in small letters, digits and _, and not “%s”", key.Line, shorten(key.Value, 40))
			}
			if where != "slots" && !slices.Contains(releaseKeys[where], key.Value) {
				return fmt.Errorf("line %d: there is no key “%s”%s; did you mean %s?", key.Line, shorten(key.Value, 40), inside(where), nearest(key.Value, releaseKeys[where]))
			}
			if seen[key.Value] {
				return fmt.Errorf("line %d: the key %s stands here for the second time", key.Line, key.Value)
			}
			seen[key.Value] = true
			if where == "" && key.Value == "topics" {
				if err := checkTopics(value); err != nil {
					return err
				}
				continue
			}
			below := key.Value
			if _, known := releaseKeys[below]; !known && value.Kind != yaml.ScalarNode || where != "" && value.Kind != yaml.ScalarNode {
				return fmt.Errorf("line %d: %s must be a text", value.Line, key.Value)
			}
			if err := checkKeys(below, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkTopics wants a list of words.
func checkTopics(value *yaml.Node) error {
	for _, item := range value.Content {
		if item.Kind != yaml.ScalarNode || item.Anchor != "" {
			return fmt.Errorf("line %d: each of the topics must be a text", item.Line)
		}
	}
	if value.Kind != yaml.SequenceNode || value.Anchor != "" {
		return fmt.Errorf("line %d: topics must be a list: [law, schools]", value.Line)
	}
	return nil
}

func inside(where string) string {
	if where == "" {
		return ""
	}
	return " in " + where
}

func (f *releaseFront) release(body string) (*campaign.Release, campaign.Version, error) {
	none := campaign.Version{}
	l, err := campaign.ParseLanguage(f.Language)
	switch {
	case err != nil:
		return nil, none, f.at(err, "language")
	case l == "":
		return nil, none, f.at(errors.New("the front matter needs a language: sr-Latn, sr-Cyrl, en or fr"), "language")
	case strings.TrimSpace(f.Headline) == "":
		return nil, none, f.at(errors.New("the front matter needs a headline"), "headline")
	}
	r := &campaign.Release{Title: f.Title, Kind: campaign.ReleaseKind(strings.ReplaceAll(strings.TrimSpace(f.Kind), " ", "_")), Zone: f.Zone, Topics: f.Topics, Layout: strings.TrimSpace(f.Layout)}
	r.Kind = cmp.Or(r.Kind, campaign.PressRelease)
	if !slices.Contains(campaign.ReleaseKinds, r.Kind) {
		known := campaign.Collect(campaign.ReleaseKinds, func(k campaign.ReleaseKind) string { return string(k) })
		return nil, none, f.at(fmt.Errorf("there is no kind “%s”; did you mean %s?", shorten(f.Kind, 40), nearest(f.Kind, known)), "kind")
	}
	if r.Source, err = campaign.ParseLanguage(f.Source); err != nil {
		return nil, none, f.at(err, "source")
	}
	r.Title = cmp.Or(r.Title, f.Headline)
	if err := checkZone(strings.TrimSpace(f.Zone)); err != nil {
		return nil, none, f.at(err, "zone")
	}
	if r.Embargo, r.Zone, err = parseEmbargo(f.Embargo, f.Zone); err != nil {
		return nil, none, f.at(err, "embargo")
	}
	if f.Date != "" {
		if _, err := time.Parse(time.DateOnly, f.Date); err != nil {
			return nil, none, f.at(fmt.Errorf("the date “%s” is not of the form 2026-10-18", shorten(f.Date, 40)), "date")
		}
	}
	if err := f.occasion(r); err != nil {
		return nil, none, err
	}
	if r.Sources, err = f.sources(); err != nil {
		return nil, none, err
	}
	r.ListSources = f.ListSources
	for i, a := range f.Attachments {
		if a.File == "" {
			return nil, none, f.at(errors.New("an attachment needs file: the path of the file"), "attachments", strconv.Itoa(i))
		}
		if a.Name == "" {
			a.Name = a.File[strings.LastIndexAny(a.File, `/\`)+1:]
		}
		if strings.ContainsFunc(a.Name, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
			err := fmt.Errorf("the name of the attachment %q holds signs that nobody sees, and may look like another: say name: with one of letters", a.Name)
			return nil, none, f.at(err, "attachments", strconv.Itoa(i))
		}
		r.Attachments = append(r.Attachments, campaign.Attachment{File: a.File, Name: a.Name, Alt: a.Alt, Inline: a.Inline})
	}
	v := f.version(l, body)
	return r, v, f.assurances(r, &v)
}

func (f *releaseFront) version(l campaign.Language, body string) campaign.Version {
	v := campaign.Version{
		Language: l, Subject: f.Subject, Preheader: f.Preheader, Headline: f.Headline, Subhead: f.Subhead, Place: f.Place, Date: f.Date,
		Lead: strings.TrimSpace(f.Lead), Body: strings.TrimSpace(body), About: strings.TrimSpace(f.About), Notes: strings.TrimSpace(f.Notes),
		Contact: campaign.MediaContact(f.Contact), Venue: f.Venue, Slots: f.Slots,
	}
	for _, s := range f.Stories {
		v.Stories = append(v.Stories, campaign.Story(s))
	}
	for _, q := range f.Quotes {
		v.Quotes = append(v.Quotes, campaign.Quote(q))
	}
	return v
}

// FormatReleaseFile writes one version of a release as a file ParseReleaseFile reads. Attachments are named by their names,
// as files beside it.
func FormatReleaseFile(r *campaign.Release, v *campaign.Version) ([]byte, error) {
	f := releaseFront{
		Title: r.Title, Kind: string(r.Kind), Language: string(v.Language), Source: string(r.Source), Zone: r.Zone, Topics: r.Topics,
		Subject: v.Subject, Preheader: v.Preheader, Headline: v.Headline, Subhead: v.Subhead, Place: v.Place, Date: v.Date,
		Lead: v.Lead, About: v.About, Notes: v.Notes, Contact: releaseFrontContact(v.Contact),
		Layout: r.Layout, Venue: v.Venue, Slots: v.Slots,
	}
	if o := r.Occasion; o != nil {
		f.Event = releaseFrontEvent{Start: momentInFile(o.Start, o.Zone), End: momentInFile(o.End, o.Zone), Map: o.Map, Answer: o.Answer}
	}
	for _, s := range v.Stories {
		f.Stories = append(f.Stories, releaseFrontStory(s))
	}
	if !r.Embargo.IsZero() {
		f.Embargo, f.Zone = momentInFile(r.Embargo, r.Zone), ""
	}
	for _, q := range v.Quotes {
		f.Quotes = append(f.Quotes, releaseFrontQuote(q))
	}
	f.Sources, f.ListSources = frontSources(r.Sources), r.ListSources
	f.Consent, f.Pictures = frontAssuranceOf(r.AssuranceOf(v, campaign.ConsentRecorded)), frontAssuranceOf(r.AssuranceOf(v, campaign.PicturesConfirmed))
	for _, a := range r.Attachments {
		f.Attachments = append(f.Attachments, releaseFrontFile{File: a.Name, Alt: a.Alt, Inline: a.Inline})
	}
	var b bytes.Buffer
	b.WriteString("---\n")
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(f); err != nil {
		return nil, fmt.Errorf("write the front matter: %w", err)
	}
	b.WriteString("---\n\n" + strings.TrimSpace(v.Body) + "\n")
	return b.Bytes(), nil
}
