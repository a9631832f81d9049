package web

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/preflight"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// What is looked up in the background is believed for so long; the answer holds for just this content.
const (
	keepLinks  = 6 * time.Hour
	keepSender = time.Hour
	keepGaps   = 10 * time.Minute
)

// question is one thing that is looked up in the background.
type question struct {
	key  string
	done bool
	at   time.Time
}

// lookOutside adds the lines of what no page can wait for: links, what the DNS says of the sender, and readers without a value for a
// merge field. shown are the addresses that the messages lead to beside those of the release's own texts.
func (s *sendPages) lookOutside(v *visit, p *checkPage, r *campaign.Release, audience *edition.Edition, shown []string) {
	if s.Desk == nil {
		return
	}
	asked := []question{s.checkLinks(p, r, shown)}
	if address := p.Campaign.Sender.Email; address != "" && s.Desk.Sender != nil {
		asked = append(asked, s.checkSender(p, address))
	}
	if fields := bareFields(r); audience != nil && len(fields) > 0 {
		asked = append(asked, s.checkGaps(p, r, audience, fields))
	}
	for _, q := range asked {
		p.Asked = append(p.Asked, q.key)
		if q.done && (p.LookedAt.IsZero() || q.at.Before(p.LookedAt)) {
			p.LookedAt = q.at
		}
	}
}

// placed are the places of one address.
type placed struct {
	url    string
	places []templates.ReleaseLink
}

// linksOf are the addresses of a release and of what its messages add, each once with its places, without our own pages.
func (s *sendPages) linksOf(r *campaign.Release, shown []string) (out []placed) {
	add := func(l templates.ReleaseLink) {
		if strings.HasPrefix(l.URL, s.Links.Base+"/") {
			return
		}
		if known := campaign.First(out, func(p *placed) bool { return p.url == l.URL }); known != nil {
			if l.Field != "" {
				known.places = append(known.places, l)
			}
			return
		}
		out = append(out, placed{l.URL, []templates.ReleaseLink{l}})
	}
	for _, l := range templates.ReleaseLinks(r) {
		add(l)
	}
	for _, url := range shown {
		add(templates.ReleaseLink{URL: url})
	}
	return out
}

// line begins the line of an address, at the first of its places.
func (l placed) line(r *campaign.Release) checkLine {
	at := l.places[0]
	line := checkLine{Tone: "amber", Link: editAt(r, at.Language, at.Field), Do: doMend}
	switch {
	case at.Field == "": // it comes from the settings or from the layout
		line.Link, line.More = "/settings", campaign.Textf("It stands in every message: in the settings or in the layout.")
	case at.Language == "":
		line.More = at.Place
	default:
		line.More = campaign.Textf("%s version, %s", at.Language, at.Place)
	}
	if n := len(l.places) - 1; n > 0 {
		line.More = campaign.Textf("%s, and in %d more places", line.More, n)
	}
	return line
}

func (s *sendPages) checkLinks(p *checkPage, r *campaign.Release, shown []string) question {
	var targets []string
	all := s.linksOf(r, shown)
	for _, l := range all {
		if fault := addressFault(l.url); !fault.IsZero() {
			line := l.line(r)
			line.Text = fault
			p.add(line)
		} else if strings.HasPrefix(strings.ToLower(l.url), "http") {
			targets = append(targets, l.url)
		}
	}
	slices.Sort(targets)
	q := question{key: "links " + campaign.DerivedID(targets...)}
	if len(targets) == 0 || s.Desk.Links == nil {
		q.done, q.at = true, s.Now()
		return q
	}
	found := preflight.Ask(s.Desk, q.key, keepLinks, func(ctx context.Context) []preflight.Link { return s.Desk.Links(ctx, targets) })
	if q.done, q.at = found.Done(), found.At; !q.done {
		p.add(checkLine{Tone: "wait", Text: campaign.Textf("%d links are being looked up", len(targets))})
		return q
	}
	works, unasked, moved := 0, 0, []campaign.Text(nil)
	for _, l := range found.Value {
		switch {
		case l.Outcome == preflight.Unasked:
			unasked++
		case l.Works():
			works++
			if l.Outcome == preflight.Moved && len(moved) < 5 {
				moved = append(moved, campaign.Textf("%s is redirected to %s", shortened(l.URL), shortened(l.To)))
			}
		default:
			line := campaign.First(all, func(a *placed) bool { return a.url == l.URL }).line(r)
			line.Text = linkWords(l)
			p.add(line)
		}
	}
	if works > 0 {
		line := checkLine{Tone: "green", Text: campaign.Textf("%d links work", works)}
		if len(moved) > 0 {
			line.More = campaign.Join(moved, "; ")
		}
		p.add(line)
	}
	if unasked > 0 {
		line := checkLine{Tone: "green", Text: campaign.Textf("%d links were not looked up", unasked)}
		if s.Demo {
			line.More = campaign.Textf("In the demo nothing leaves this computer.")
		}
		p.add(line)
	}
	return q
}

// linkWords say what became of a link that readers will not find anything at.
func linkWords(l preflight.Link) campaign.Text {
	url := shortened(l.URL)
	switch l.Outcome {
	case preflight.Refused:
		if l.Status == http.StatusNotFound || l.Status == http.StatusGone {
			return campaign.Textf("There is no such page: %s", url)
		}
		return campaign.Textf("The link answers with the error %s: %s", strconv.Itoa(l.Status), url)
	case preflight.Certificate:
		return campaign.Textf("Browsers will warn of this link, because its certificate is wrong: %s", url)
	case preflight.Nameless:
		return campaign.Textf("The name of this link cannot be found: %s", url)
	case preflight.Private:
		return campaign.Textf("This link leads into a private network, where readers do not come: %s", url)
	case preflight.Endless:
		return campaign.Textf("This link is redirected again and again: %s", url)
	}
	return campaign.Textf("Nothing answers at this link: %s", url)
}

// addressFault says what is wrong with an address of mail or a telephone.
func addressFault(url string) campaign.Text {
	scheme, rest, _ := strings.Cut(url, ":")
	rest, _, _ = strings.Cut(rest, "?")
	switch strings.ToLower(scheme) {
	case "mailto":
		for box := range strings.SplitSeq(rest, ",") {
			if _, err := campaign.ParseAddress(strings.ReplaceAll(box, "%40", "@")); err != nil {
				return campaign.Textf("A link to write to leads to no address of mail: %s", shortened(rest))
			}
		}
	case "tel":
		digits := strings.Map(digitsOnly, rest)
		if len(digits) < 3 || strings.Trim(rest, "+0123456789-.()% ") != "" {
			return campaign.Textf("A link to call leads to no number: %s", shortened(rest))
		}
	}
	return campaign.Text{}
}

// senderAnswer is what the DNS proves of a sender.
type senderAnswer struct {
	faults []preflight.SenderFault
	err    error
}

func (s *sendPages) checkSender(p *checkPage, address string) question {
	domain := campaign.Domain(address)
	q := question{key: "sender " + domain}
	found := preflight.Ask(s.Desk, q.key, keepSender, func(ctx context.Context) senderAnswer {
		faults, err := s.Desk.Sender(ctx, address)
		return senderAnswer{faults, err}
	})
	q.done, q.at = found.Done(), found.At
	switch {
	case !q.done:
		p.add(checkLine{Tone: "wait", Text: campaign.Textf("The DNS is being asked about %s", domain)})
	case found.Value.err != nil:
		p.add(checkLine{Tone: "green", Text: campaign.Textf("The DNS does not answer, so nothing is known of %s", domain)})
	case len(found.Value.faults) == 0:
		p.add(checkLine{Tone: "green", Text: campaign.Textf("%s proves who may send for it", domain)})
	}
	for _, f := range found.Value.faults {
		p.add(checkLine{Tone: "amber", Text: f.Text, More: f.More, Link: p.Path("audience"), Do: campaign.Textf("Choose another sender")})
	}
	return q
}

// bareFields are the merge fields of each version that leave a gap for who has no value for them.
func bareFields(r *campaign.Release) map[campaign.Language][]string {
	out := map[campaign.Language][]string{}
	for i := range r.Versions {
		if fields := templates.BareFields(&r.Versions[i]); len(fields) > 0 {
			out[r.Versions[i].Language] = slices.Sorted(maps.Keys(fields))
		}
	}
	return out
}

// gapAnswer is who has no value for merge fields.
type gapAnswer struct {
	gaps []store.Gap
	err  error
}

// gapsKey names the question of a campaign's gaps.
func gapsKey(c *campaign.Campaign, audience *edition.Edition, fields map[campaign.Language][]string) string {
	text, err := json.Marshal([]any{audience, fields})
	if err != nil { // there is nothing in it that cannot be written
		panic(err)
	}
	return "gaps " + campaign.DerivedID(c.ID, string(text))
}

func (s *sendPages) askGaps(c *campaign.Campaign, audience *edition.Edition, fields map[campaign.Language][]string) (question, []store.Gap) {
	q := question{key: gapsKey(c, audience, fields)}
	found := preflight.Ask(s.Desk, q.key, keepGaps, func(ctx context.Context) gapAnswer {
		gaps, err := s.store.FindGaps(ctx, audience, fields)
		if err != nil {
			s.Logger.Warn("readers without a value for merge fields could not be counted", "campaign_id", c.ID, "error", err)
		}
		return gapAnswer{gaps, err}
	})
	q.done, q.at = found.Done(), found.At
	return q, found.Value.gaps
}

func (s *sendPages) checkGaps(p *checkPage, r *campaign.Release, audience *edition.Edition, fields map[campaign.Language][]string) question {
	q, gaps := s.askGaps(&p.Campaign, audience, fields)
	if !q.done {
		p.add(checkLine{Tone: "wait", Text: campaign.Textf("What is known of each reader is being looked at")})
	}
	for _, g := range gaps {
		at := campaign.First(r.Versions, func(v *campaign.Version) bool { return slices.Contains(fields[v.Language], g.Field) })
		p.add(checkLine{Tone: "amber", Text: campaign.Textf("%d readers have no value for “%s”", g.Readers, g.Field),
			More: campaign.Textf("Their messages have a gap there. Write %s with words of your own between the marks.", "{{ "+g.Field+` | "…" }}`),
			Link: editAt(r, at.Language, templates.BareFields(at)[g.Field]), Do: campaign.Textf("Write a fallback"), See: p.Path("gaps") + "?field=" + g.Field})
	}
	if q.done && len(gaps) == 0 {
		p.add(checkLine{Tone: "green", Text: campaign.Textf("All merge fields have a value for every reader")})
	}
	return q
}

// gapsPage shows who has no value for a merge field.
type gapsPage struct {
	campaignPage
	Field    string
	Readers  int64
	Contacts []campaign.Contact // a page of them
	Paging   paging
	More     int64 // that are on no page
}

// gapsShown is how many readers are on one page.
const gapsShown = 200

func (s *sendPages) gaps(v *visit) error {
	base, err := s.campaigns.tab(v, "check")
	if err != nil {
		return err
	}
	audience, err := s.campaigns.audienceOf(v, &base.Campaign)
	if err != nil {
		return err
	}
	p := &gapsPage{campaignPage: base, Field: v.Query("field")}
	if audience == nil || s.Desk == nil {
		return v.seeOther(p.Path("check"))
	}
	_, gaps := s.askGaps(&p.Campaign, audience, bareFields(&audience.Release))
	gap := campaign.First(gaps, func(g *store.Gap) bool { return g.Field == p.Field })
	if gap == nil { // it is being looked up, or there are none left
		return v.seeOther(p.Path("check"))
	}
	from, _ := strconv.Atoi(v.Query("after")) // what is no number is the first page
	from = min(max(from, 0), len(gap.Some))
	shown := gap.Some[from:min(from+gapsShown, len(gap.Some))]
	found, err := s.store.GetContacts(v.ctx(), shown)
	if err != nil {
		return err
	}
	p.Readers = gap.Readers
	if next := from + len(shown); next < len(gap.Some) {
		p.Paging = p.pages(strconv.Itoa(next))
	} else {
		p.Paging, p.More = p.pages(""), p.Readers-int64(next)
	}
	for _, id := range shown {
		if c := found[id]; c != nil && c.Lacks(p.Field) {
			p.Contacts = append(p.Contacts, *c)
		}
	}
	return v.show("campaign_gaps", p)
}

// lookAgain forgets what was looked up, so that the page asks anew.
func (s *sendPages) lookAgain(v *visit) error {
	p, err := s.checkPage(v, countPatience)
	if err != nil {
		return err
	}
	if s.Desk != nil {
		s.Desk.Forget(p.Asked...)
	}
	return v.seeOther(p.Path("check") + "#checks")
}
