package reader

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/web/webtest"
	"github.com/glasnik/glasnik/templates"
)

// told are the team's texts, in three languages; Cyrillic is made from the first.
func told(serbian, english, french string) campaign.Texts {
	return campaign.Texts{campaign.SerbianLatin: serbian, campaign.English: english, campaign.French: french}
}

var wordIn = regexp.MustCompile(`\p{L}{2,}`)

// wordsOf returns the words readers of a language may meet: those of its catalogue, of dates, and of the team's texts.
func wordsOf(l campaign.Language, texts ...campaign.Texts) map[string]bool {
	words := map[string]bool{}
	add := func(text string) {
		for _, w := range wordIn.FindAllString(text, -1) {
			words[strings.ToLower(w)] = true
		}
	}
	for _, key := range templates.TranslationKeys() {
		for _, n := range []int{1, 2, 5} {
			add(templates.Translate(l, key, n))
		}
	}
	for m := range 12 {
		add(language.DateInSentence(l, time.Date(2026, time.Month(m+1), 3, 0, 0, 0, 0, time.UTC)))
	}
	for _, t := range texts {
		add(language.TextFor(t, l))
	}
	return words
}

// visible returns what a page or a mail shows in its own language: parts that say they are in another are left out.
func visible(t *testing.T, body string, own campaign.Language) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	webtest.Must(t, err)
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + "\n")
		}
		if n.Type == html.ElementNode {
			if n.Data == "style" || n.Data == "script" {
				return
			}
			for _, a := range n.Attr {
				if a.Key == "lang" && a.Val != string(own) {
					return
				}
				if slices.Contains([]string{"title", "alt", "aria-label", "placeholder"}, a.Key) {
					b.WriteString(a.Val + "\n")
				}
			}
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
	}
	walk(doc)
	return b.String()
}

// data are parts of a text that are the same in every language.
var data = regexp.MustCompile(`\S*@\S*|https?://\S+|Ogledna \d+|JSON|Vera`)

// forPrograms are the parts of JSON that no reader is shown.
var forPrograms = regexp.MustCompile(`"(?:code|field|status|id|version|language)":"[^"]*"|"\w+":`)

// A reader of each language signs up, confirms, changes and leaves, and meets no word of another language: not on a page, not in a
// mail, and not where something goes wrong.
func TestNoReaderMeetsAnotherLanguage(t *testing.T) {
	brand, press, school, about := told("Centar Primer", "Primer Centre", "Centre Primer"), told("Vesti", "Bulletin", "Dépêches"),
		told("Radionice", "Workshops", "Ateliers"), told("Jednom nedeljno", "Weekly", "Chaque semaine")
	topic := told("Pravosuđe", "Justice", "Tribunaux")
	for _, l := range campaign.Languages {
		d := newDesk(t)
		_, err := d.Store.Settings.UpdateSettings(t.Context(), func(set *campaign.Settings) error {
			set.Brand = campaign.Brand{Name: "press office", Names: brand, Address: "Ogledna 1", Contact: "data@example.org", Privacy: "https://example.org/privacy"}
			set.Topics, set.Digest.On = []campaign.Topic{{Key: "law", Names: topic}}, true
			return nil
		})
		webtest.Must(t, err)
		for id, names := range map[string]campaign.Texts{d.Press.ID: press, d.School.ID: school} {
			_, err := d.Store.Lists.UpdateList(t.Context(), id, func(list *campaign.List) error {
				list.Name += " internal"
				list.SetTexts(names, about)
				return nil
			})
			webtest.Must(t, err)
		}
		may := wordsOf(l, brand, press, school, about, topic)
		check := func(where, text string) {
			t.Helper()
			for _, w := range wordIn.FindAllString(data.ReplaceAllString(text, " "), -1) {
				if !may[strings.ToLower(w)] {
					t.Errorf("%s, %s: %q is no word of it in %q", l, where, w, strings.Join(strings.Fields(text), " "))
					return
				}
			}
		}
		page := func(where, method, address string, form url.Values, status int) string {
			t.Helper()
			kind, agent := "", webtest.Chrome
			if form != nil {
				kind = webtest.Form
			}
			w := d.Fetch(method, address, agent, strings.NewReader(form.Encode()), kind)
			if w.Code != status {
				t.Fatalf("%s, %s: %d, want %d: %s", l, where, w.Code, status, webtest.MainOf(w.Body.String()))
			}
			if strings.Contains(w.Header().Get("Content-Type"), "html") {
				check(where, visible(t, w.Body.String(), l))
			} else if status != http.StatusSeeOther {
				check(where, forPrograms.ReplaceAllString(w.Body.String(), ""))
			}
			return w.Body.String()
		}
		seen := map[string]bool{}
		mails := func(where string) (links map[campaign.NoticeKind]string) {
			t.Helper()
			links = map[campaign.NoticeKind]string{}
			found, deliveries := d.Notices()
			for _, n := range found {
				if seen[n.ID] {
					continue
				}
				seen[n.ID] = true
				if deliveries[n.ID].Language != l {
					t.Errorf("%s, %s: the mail %s is in %s", l, where, n.Kind, deliveries[n.ID].Language)
				}
				set, err := d.Store.Settings.GetSettings(t.Context())
				webtest.Must(t, err)
				links[n.Kind] = d.Links.Answer(&n)
				content, err := templates.ComposeNotice(&templates.NoticeMail{Language: l, Kind: n.Kind, Brand: set.Brand, Lists: n.Names, Link: links[n.Kind]})
				webtest.Must(t, err)
				check(fmt.Sprintf("%s, mail %s", where, n.Kind), content.Subject+"\n"+content.Text+"\n"+visible(t, content.HTML, l))
			}
			return links
		}
		in, yes := "?lang="+url.QueryEscape(string(l)), url.Values{"action": {"confirm"}}

		form := page("the sign-up page", "GET", SubscribePath+in, nil, 200)
		page("the sign-up page of a list", "GET", SubscribePath+"/"+d.Press.ID+in, nil, 200)
		consent := regexp.MustCompile(`name="consent" value="([^"]+)"`).FindStringSubmatch(form)[1]
		typed := url.Values{"lang": {string(l)}, "language": {string(l)}, "consent": {consent}, "list": {d.Press.ID}, "email": {"reader@example.org"}}
		wrong := url.Values{"lang": {string(l)}, "language": {string(l)}, "consent": {consent}, "email": {"reader"}}
		page("a form with mistakes", "POST", SubscribePath, wrong, 422)
		wrong.Set("consent", "old")
		page("a form of old words", "POST", SubscribePath, wrong, 409)
		page("a form", "POST", SubscribePath, typed, 303)
		page("a sign-up", "GET", subscribedPath+in, nil, 200)
		link := mails("a sign-up")[campaign.ConfirmSignUp]
		page("a confirmation", "GET", link, nil, 200)
		confirmed := page("a confirmation", "POST", link, yes, 200)
		own := regexp.MustCompile(`href="([^"]*` + campaign.PreferencesPath + `[^"]+)"`).FindStringSubmatch(confirmed)[1]
		page("the form again", "POST", SubscribePath, typed, 303)
		mails("who is there already")

		page("the reader's page", "GET", own, nil, 200)
		page("a choice", "POST", own, url.Values{"action": {"save"}, "list": {d.Press.ID, d.School.ID}, "topics": {"1"}, "topic": {"law"}, "tracking": {"individual"},
			"frequency": {"weekly"}, "pause": {d.Now().AddDate(0, 6, 0).Format(time.DateOnly)}, "first_name": {"Vera"}}, 200)
		if wish := mails("a choice")[campaign.ConfirmWish]; wish != "" {
			page("a choice to confirm", "GET", wish, nil, 200)
			page("a choice confirmed", "POST", wish, yes, 200)
		} else {
			t.Errorf("%s: no mail asks for the choice", l)
		}
		page("a pause that is none", "POST", own, url.Values{"action": {"save"}, "pause": {"never"}}, 422)
		page("an address that is none", "POST", own, url.Values{"action": {"address"}, "email": {"x"}}, 422)
		d.Pass(25 * time.Hour) // one address gets a few mails a day
		page("another address", "POST", own, url.Values{"action": {"address"}, "email": {"other@example.org"}}, 200)
		both := mails("another address")
		page("the new address", "GET", both[campaign.ConfirmAddress], nil, 200)
		page("the new address", "POST", both[campaign.ConfirmAddress], yes, 200)
		page("the former address", "GET", both[campaign.AddressChanged], nil, 200)
		page("the former address", "POST", both[campaign.AddressChanged], url.Values{"action": {"stop"}}, 200)

		page("the link that was ended", "GET", own, nil, 200)
		page("leaving", "POST", own, url.Values{"action": {"leave"}}, 200)
		page("leaving by a mail program", "POST", own, url.Values{"List-Unsubscribe": {"One-Click"}}, 200)
		page("leaving everything", "POST", own, url.Values{"action": {"leave_all"}}, 200)

		page("a page that is not there", "GET", "/u/a/b"+in, nil, 404)
		page("a broken link", "GET", "/u/broken"+in, nil, 404)
		page("an address asked in another way", "PUT", SubscribePath+in, nil, 405)
		page("what the JSON address offers", "GET", subscribeAPI+in, nil, 200)
		api := func(where, body string, status int) {
			t.Helper()
			w := d.Fetch("POST", subscribeAPI+in, webtest.Chrome, strings.NewReader(body), "application/json")
			if w.Code != status {
				t.Errorf("%s, %s: %d %s", l, where, w.Code, w.Body)
			}
			check(where, forPrograms.ReplaceAllString(w.Body.String(), ""))
		}
		api("a broken document", `{`, 400)
		api("another type", `{"email":1}`, 400)
		api("no list", `{"email":"a@example.org","consent":"`+consent+`"}`, 422)
		api("old words", `{}`, 409)
		for range signUpsPerIP {
			d.PostForm(SubscribePath, wrong)
		}
		page("too many forms", "POST", SubscribePath+in, typed, 429)
		api("too many", `{}`, 429)
	}
}
