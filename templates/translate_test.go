package templates

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

func TestCatalogueIsWhole(t *testing.T) {
	markup := regexp.MustCompile(`<(?:code|kbd)>[^<]*|<[^>]*>|\{\{.*?\}\}|(?:https?|cid):\S*|Markdown|Gmail|Yahoo|Microsoft|\bhttps\b|[-+~]all\b|example\.org|\.[a-z]+\b|email|Excel|Word|LibreOffice|SQLite|w=\w*|-wal|-shm|Windows-\d+`)
	arguments := regexp.MustCompile(`\{\d\}`)
	for key, texts := range allTexts() {
		var wanted []string
		for _, l := range campaign.Languages {
			text, ok := texts[l]
			if !ok {
				t.Errorf("%s: no %s", key, l)
				continue
			}
			counts := len(texts[campaign.English]) > 1
			for _, category := range language.Categories(l) {
				if form, ok := text[category]; counts && (!ok || form == "") {
					t.Errorf("%s: %s has no form for %s", key, l, category)
				}
			}
			if text[language.Other] == "" {
				t.Errorf("%s: %s is empty", key, l)
			}
			got := arguments.FindAllString(text[language.Other], -1)
			slices.Sort(got)
			if wanted == nil {
				wanted = got
			}
			if !slices.Equal(slices.Compact(got), slices.Compact(wanted)) && !strings.HasPrefix(key, "greeting.") {
				t.Errorf("%s: %s takes %v, another language %v", key, l, got, wanted)
			}
		}
		made := inCyrillic(texts[campaign.SerbianLatin])
		for category, text := range texts[campaign.SerbianCyrillic] { // a translator's own may keep a Latin word
			if text == made[category] && regexp.MustCompile(`[a-zčćžšđ]{2}`).MatchString(latinNames.Replace(markup.ReplaceAllString(text, ""))) {
				t.Errorf("%s: the Cyrillic text %q (%s) has Latin words", key, text, category)
			}
		}
		if len(texts) > len(campaign.Languages) {
			t.Errorf("%s: a language too many", key)
		}
	}
}

// latinNames are not written in Cyrillic.
var latinNames = strings.NewReplacer("Message-ID", "", "Apple Mail", "", "Europe/Belgrade", "", "attribute", "", "circulation", "", "greeting", "", "WebP", "",
	"hourly", "", "daily", "", "weekly", "", "monthly", "", "yearly", "", "every", "")

func TestTranslate(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Translate(campaign.French, "mail.kind.press_release"), "COMMUNIQUÉ DE PRESSE"},
		{Translate(campaign.SerbianCyrillic, "mail.kind.media_advisory"), "НАЈАВА ДОГАЂАЈА"},
		{Translate(campaign.SerbianCyrillic, "unsubscribe.done", "Novinari"), "Готово. Више нећете добијати поруке са списка „Novinari”."},
		{Translate("sq", "mail.notes"), "Notes to editors"},
		{Translate(campaign.English, "no.such.key"), "no.such.key"},
		{Translate(campaign.SerbianCyrillic, "The variants of the A/B test"), "Варијанте A/B теста"},
		{Translate(campaign.SerbianCyrillic, "Unclear.first"), "Остали добијају варијанту A"},
		{Translate(campaign.SerbianLatin, "count.messages_sent", 1), "poslata je 1 poruka"},
		{Translate(campaign.SerbianLatin, "count.messages_sent", 22), "poslate su 22 poruke"},
		{Translate(campaign.SerbianCyrillic, "count.messages_sent", 1012), "послато је 1.012 порука"},
		{Translate(campaign.French, "Is this the real one?"), "Est-ce la vraie\u202f?"},
		{Translate(campaign.French, "count.messages", 1_000_000), "1\u202f000\u202f000 de messages"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestKeyInTwoFiles(t *testing.T) {
	file := &fstest.MapFile{Data: []byte("a: {en: x, fr: x, sr-Latn: x}")}
	if _, err := loadCatalogue(fstest.MapFS{"translations/a.yaml": file, "translations/b.yaml": file}, "translations/*.yaml"); err == nil {
		t.Error("a key in two files was taken")
	}
	for key := range readersTexts() {
		if panelTexts()[key] != nil {
			t.Errorf("%s stands in both catalogues", key)
		}
	}
}

// Every word of the domain that stands on a reader's page of their data has words for readers.
func TestWordsForReaders(t *testing.T) {
	check := func(group string, values ...string) {
		for _, v := range values {
			if key := "dossier." + group + "." + v; textsOf(key) == nil {
				t.Errorf("there is no %s", key)
			}
		}
	}
	check("state", texts(campaign.DeliveryStates)...)
	check("state", texts(campaign.ContactStatuses)...)
	check("status", texts(campaign.MembershipStatuses)...)
	check("basis", texts(campaign.Bases)...)
	check("request", texts(campaign.RequestKinds)...)
	check("notice", texts(campaign.NoticeKinds)...)
	check("tracking", texts(campaign.Trackings)...)
	check("frequency", string(campaign.Weekly))
	check("reason", texts([]campaign.SuppressionReason{campaign.LeftAll, campaign.HardBounce, campaign.ComplaintReason, campaign.Erased, campaign.SuppressedByHand})...)
	ofTheTeam := []campaign.EntryKind{campaign.SignedInEntry, campaign.SignedOutEntry, campaign.KeptOutEntry, campaign.AccountEntry, campaign.SettingsEntry,
		campaign.MadeEntry, campaign.ChangedEntry, campaign.DeletedEntry, campaign.SendingEntry, campaign.ApprovalEntry, campaign.BackedUpEntry}
	for _, k := range campaign.EntryKinds {
		if !slices.Contains(ofTheTeam, k) { // these concern no contact
			check("entry", string(k))
		}
	}
}

func texts[T ~string](values []T) (out []string) {
	for _, v := range values {
		out = append(out, string(v))
	}
	return out
}

// Every named value of the domain that the panel shows has a label.
func TestLabels(t *testing.T) {
	check := func(values ...any) {
		for _, v := range values {
			if key := reflect.TypeOf(v).Name() + "." + text(v); textsOf(key) == nil {
				t.Errorf("there is no %s", key)
			}
		}
	}
	for _, values := range []any{
		campaign.BulkKinds, campaign.Kinds, campaign.OrganisationKinds, campaign.ContactStatuses, campaign.MembershipStatuses, campaign.Bases, campaign.OptIns,
		campaign.DeliveryStates, campaign.ImportOutcomes, campaign.Standings, campaign.EntryKinds, campaign.NoticeKinds, campaign.ReleaseKinds, campaign.RequestKinds,
		campaign.Trackings, campaign.Roles,
		[]campaign.State{campaign.Draft, campaign.InReview, campaign.Approved, campaign.Scheduled, campaign.Sending, campaign.PausedRun, campaign.Sent, campaign.Cancelled},
		[]campaign.Trigger{campaign.TriggerHand, campaign.TriggerSchedule, campaign.TriggerTest, campaign.TriggerNotice, campaign.TriggerDigest},
		[]campaign.EventKind{campaign.Opened, campaign.Clicked, campaign.BouncedEvent, campaign.ComplainedEvent, campaign.UnsubscribedEvent},
		[]campaign.BulkState{campaign.BulkRunning, campaign.BulkStopped, campaign.BulkDone, campaign.BulkUndoing, campaign.BulkUndone, campaign.BulkClosed},
		[]campaign.ImportState{campaign.ImportRunning, campaign.ImportCutOff, campaign.ImportDone, campaign.ImportUndone, campaign.ImportClosed},
	} {
		r := reflect.ValueOf(values)
		for i := range r.Len() {
			check(r.Index(i).Interface())
		}
	}
}

// A day after a preposition is in the genitive in Serbian.
func TestDaysInSentences(t *testing.T) {
	words := campaign.Textf("%s, beginning on %s", "x", campaign.Day(time.Date(2027, 3, 27, 0, 0, 0, 0, time.UTC)))
	for l, want := range map[campaign.Language]string{
		campaign.English: "x, beginning on 27 Mar 2027", campaign.SerbianLatin: "x, počev od 27. marta 2027.", campaign.SerbianCyrillic: "x, почев од 27. марта 2027.",
	} {
		if got := Say(l, words); got != want {
			t.Errorf("%s: %q, want %q", l, got, want)
		}
	}
}
