package language

import (
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

func TestToCyrillic(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"Njegoš i Ljubica su u Džepu", "Његош и Љубица су у Џепу"},
		{"UNUTRAŠNJIH POSLOVA, KONJ, DŽEP", "УНУТРАШЊИХ ПОСЛОВА, КОЊ, ЏЕП"},
		{"injekcija, konjunktura, Tanjug, TANJUG, vanjezički", "инјекција, конјунктура, Танјуг, ТАНЈУГ, ванјезички"},
		{"konj, inje, kampanja, inženjer, konjušar", "коњ, иње, кампања, инжењер, коњушар"},
		{"nadživeti, odžaliti, podžanr, predživotni", "надживети, оджалити, поджанр, предживотни"},
		{"nadžak, odžak, budžet, hadžija", "наџак, оџак, буџет, хаџија"},
		{"Čovek je odjednom čuo odjek podjednako", "Човек је одједном чуо одјек подједнако"},
		{"Djordje i djak cuju odjek", "Ђорђе и ђак цују одјек"},
		{"Piši na press@example.org ili https://example.org/nj?a=lj i www.example.rs/dž.", "Пиши на press@example.org или https://example.org/nj?a=lj и www.example.rs/dž."},
		{"Sajt (vesti.example) i izvestaj.pdf", "Сајт (vesti.example) и izvestaj.pdf"},
		{"Poštovani {{ first_name | \"kolega\" }}, zdravo", "Поштовани {{ first_name | \"kolega\" }}, здраво"},
		{"{{ if first_name }}Dragi{{ else }}Poštovani{{ end }}", "{{ if first_name }}Драги{{ else }}Поштовани{{ end }}"},
		{"%%IME%% i *|FNAME|* i [[FIRMA]]", "%%IME%% и *|FNAME|* и [[FIRMA]]"},
		{"Ovo [[ostaje ovako]] dalje", "Ово ostaje ovako даље"},
		{"<p class=\"uvod\" lang=\"sr-Latn\">Tekst&nbsp;ovde</p>", "<p class=\"uvod\" lang=\"sr-Cyrl\">Текст&nbsp;овде</p>"},
		{"<code>ne diraj</code> a <span lang=\"en\">leave this</span> da", "<code>ne diraj</code> а <span lang=\"en\">leave this</span> да"},
		{"Vidi [ovaj tekst](/staza/do) i `kod ovde` i ![slika](cid:grb.png \"Naslov\")", "Види [овај текст](/staza/do) и `kod ovde` и ![слика](cid:grb.png \"Наслов\")"},
		{"XXI vek, Aleksandar I, II svetski rat, VIII-2, glava XXXIV", "XXI век, Александар I, II светски рат, VIII-2, глава XXXIV"},
		{"I deo i I faza. I onda? Petar I", "I део и I фаза. И онда? Петар I"},
		{"DOĐITE I VI NA POZIV", "ДОЂИТЕ И ВИ НА ПОЗИВ"},
		{"Facebook-u i Microsoft, YouTube-a", "Facebook-у и Microsoft, YouTube-а"},
		{"Horizontal Facility i Council of Europe", "Horizontal Facility и Council of Europe"},
		{"Došla je Mary Whitfield, a John Whitfield nije", "Дошла је Mary Whitfield, а John Whitfield није"},
		{"Gospođa Whitfield iz Wexford & Young", "Госпођа Whitfield из Wexford & Young"},
		{"EU, UN, NVO, BiH, SOS, GRETA, PDF, HTML, UNODC, PDF-a, EU-a", "ЕУ, УН, НВО, БиХ, СОС, ГРЕТА, PDF, HTML, UNODC, PDF-а, ЕУ-а"},
		{"COVID-19, XY-204-W, EU-27, 15 km, 3 kg, 20 °C, 60 km/h, 2026. godine", "COVID-19, XY-204-W, ЕУ-27, 15 km, 3 kg, 20 °C, 60 km/h, 2026. године"},
		{"najjači, preddiplomski, vannastavni, koordinator, shvatiti, ishod, samoodrživ", "најјачи, преддипломски, ваннаставни, координатор, схватити, исход, самоодржив"},
		{"z\u030cena, \u01c6ep, \u00d0or\u0111e, ra\u00addnik", "жена, џеп, Ђорђе, радник"},
		{"> [!FACTS] Činjenice\n> - Prva [prijava](https://example.org \"button\")", "> [!FACTS] Чињенице\n> - Прва [пријава](https://example.org \"button\")"},
		{"![Opis](media:nj12 \"Natpis | Foto: Lj. P.\")", "![Опис](media:nj12 \"Натпис | Фото: Љ. П.\")"},
		{"---\nkind: newsletter\ntopics: [law, schools]\nlist_sources: true\nsources:\n  - said: 57 žrtava\n    link: https://example.org/a\n    checked: 2026-02-01\n---\nTelo", "---\nkind: newsletter\ntopics: [law, schools]\nlist_sources: true\nsources:\n  - said: 57 жртава\n    link: https://example.org/a\n    checked: 2026-02-01\n---\nТело"},
		{"Reinjekcija, SUBKONJUNKTIVALNI, mikroinjekcijama; sinjski", "Реинјекција, СУБКОНЈУНКТИВАЛНИ, микроинјекцијама; сињски"},
		{"5 m/s i 5 km/min, 5 ms, 20 dB, 230 V, a i 5 s njim", "5 m/s и 5 km/min, 5 ms, 20 dB, 230 V, а и 5 с њим"},
		{"Od 5. I 2026. do 6.V.2027; 2025. I 2026. GODINA", "Од 5. I 2026. до 6.V.2027; 2025. И 2026. ГОДИНА"},
		{"Kažu: MI SMO TU, a ne VI; glava LI, član VI", "Кажу: МИ СМО ТУ, а не VI; глава LI, члан VI"},
		{"E-mail, e-mailom, e-pošta, E-uprava; USB-C kabl, PDF-A, UNESCO", "E-mail, e-mailom, е-пошта, Е-управа; USB-C кабл, PDF-А, UNESCO"},
		{"dooktobarski, prooruženi, poodmakao", "дооктобарски, прооружени, поодмакао"},
		{"#trgovinaljudima @astra", "#trgovinaljudima @astra"},
		{"„Žrtve”, rekla je – 85 % (oko 1.234,5)", "„Жртве”, рекла је – 85 % (око 1.234,5)"},
	} {
		if got := ToCyrillic(c.in, Options{}); got != c.want {
			t.Errorf("ToCyrillic(%q)\n got %q\nwant %q", c.in, got, c.want)
		}
	}
}

func TestToLatin(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"Његош, ЊЕГОШ, КОЊ, Љ. Петровић, УНУТРАШЊИХ, Џ", "Njegoš, NJEGOŠ, KONJ, Lj. Petrović, UNUTRAŠNJIH, Dž"},
		{"инјекција надживети", "injekcija nadživeti"},
		{"Пиши на press@example.org", "Piši na press@example.org"},
		{"Щука остаје", "Щука ostaje"},
		{"{{ first_name | \"колега\" }}", "{{ first_name | \"колега\" }}"},
	} {
		if got := ToLatin(c.in, Options{}); got != c.want {
			t.Errorf("ToLatin(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestReportAndKeepList(t *testing.T) {
	c := ConvertToCyrillic("Astra i Microsoft, djak i odjek", Options{Keep: []string{"astra"}})
	if c.Text != "Astra и Microsoft, ђак и одјек" {
		t.Errorf("text = %q", c.Text)
	}
	if !slices.Equal(c.Kept, []string{"Astra", "Microsoft"}) || !slices.Equal(c.Unsure, []string{"djak", "odjek"}) {
		t.Errorf("kept %q, unsure %q", c.Kept, c.Unsure)
	}
}

func TestConvertReleaseFile(t *testing.T) {
	in := "---\ntitle: Sednica\nkind: press_release\nlanguage: sr-Latn\nquotes:\n  - text: Važno je\n    name: Ana\n---\nTekst ovde.\n"
	want := "---\ntitle: Седница\nkind: press_release\nlanguage: sr-Cyrl\nquotes:\n  - text: Важно је\n    name: Ана\n---\nТекст овде.\n"
	if got := ToCyrillic(in, Options{}); got != want {
		t.Errorf("got %q", got)
	}
}

func TestConvertVersion(t *testing.T) {
	v := campaign.Version{Language: campaign.SerbianLatin, Headline: "Naslov za {{ first_name | \"kolegu\" }}", Body: "Vidi [sajt](https://example.org/sajt).",
		Quotes:  []campaign.Quote{{Text: "Važno", Name: "Ana Petrović"}},
		Contact: campaign.MediaContact{Name: "Ana", Email: "ana@example.org", Phone: "+381 11 555"}}
	got := ConvertVersion(v, campaign.SerbianCyrillic, nil)
	if got.Headline != "Наслов за {{ first_name | \"колегу\" }}" || got.Body != "Види [сајт](https://example.org/sajt)." ||
		got.Quotes[0].Name != "Ана Петровић" || got.Contact.Email != "ana@example.org" || got.Language != campaign.SerbianCyrillic {
		t.Errorf("%+v", got)
	}
	if v.Quotes[0].Name != "Ana Petrović" {
		t.Error("the version given was changed")
	}
	if back := ConvertVersion(got, campaign.SerbianLatin, nil); back.Headline != v.Headline || back.Body != v.Body {
		t.Errorf("back: %+v", back)
	}
	if en := ConvertVersion(campaign.Version{Language: campaign.English, Headline: "No"}, campaign.SerbianCyrillic, nil); en.Headline != "No" || en.Language != campaign.English {
		t.Errorf("English was converted: %+v", en)
	}
}

// Texts of nothing but openings must not take quadratic time; 2 MB of each pass in moments or the test runs into its limit.
func TestLinear(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"{{", "[[", "<code>", "<a<", "`", "``` ", "](", "<b translate=\"no\">", "*|", "&", "]: ", "~~~\n", "Aa Ww ", "[[keep]]", "[[keep]] [[/keep]", "- ", "(", "# ", "@ ", "Of the "} {
		ToCyrillic(strings.Repeat(s, 512<<10/len(s)), Options{})
	}
	ToCyrillic(strings.Repeat("<code>", 100_000)+strings.Repeat("</code>", 50_000), Options{})
}

func FuzzToCyrillic(f *testing.F) {
	f.Add("Njegoš {{ a | \"b\" }} [[x]] `k` <b>nj</b> [a](b) https://x.test &amp; XXI")
	f.Add("---\nlanguage: sr-Latn\n---\n")
	f.Fuzz(func(t *testing.T, s string) {
		cyrillic := ToCyrillic(s, Options{Fallbacks: true})
		latin := ToLatin(s, Options{})
		if utf8.ValidString(s) && (!utf8.ValidString(cyrillic) || !utf8.ValidString(latin)) {
			t.Errorf("made invalid text of %q", s)
		}
	})
}

// Any word of Serbian Cyrillic letters comes back from Latin, except where two letters happen to make a digraph.
func FuzzRoundTrip(f *testing.F) {
	f.Add("Љубав и њива, џеп")
	f.Add("Ђорђе, УНУТРАШЊИХ")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range s {
			if _, ok := toLatin[r]; !ok && !strings.ContainsRune(" ,.", r) {
				return
			}
		}
		latin := ToLatin(s, Options{})
		if again := ToLatin(ToCyrillic(latin, Options{}), Options{}); !strings.EqualFold(again, latin) {
			t.Errorf("%q → %q → %q", s, latin, again)
		}
	})
}

// Lines of press Serbian as newsrooms get them, in both scripts, and back.
func TestPressLines(t *testing.T) {
	data, err := os.ReadFile("testdata/press.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		latin, cyrillic, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if got := ToCyrillic(latin, Options{}); got != cyrillic {
			t.Errorf("%s\n got %s\nwant %s", latin, got, cyrillic)
		}
		if got := ToLatin(cyrillic, Options{}); got != latin {
			t.Errorf("back:\n got %s\nwant %s", got, latin)
		}
	}
}

// Words that the dictionaries write so, and that rules for foreign words could take for foreign ones.
func TestWordsWithForeignLooks(t *testing.T) {
	for latin, want := range map[string]string{
		"neophodno": "неопходно", "celishodan": "целисходан", "shema": "схема", "posthumno": "постхумно", "ophođenje": "опхођење", "Grocku": "Гроцку",
		"grickala": "грицкала", "disharmonija": "дисхармонија", "plavooka": "плавоока", "prekookeanski": "прекоокеански", "narodnooslobodilački": "народноослободилачки",
		"protivvrednost": "противвредност", "posttraumatski": "посттрауматски", "SSSR": "СССР", "DSS": "ДСС", "PTT": "ПТТ", "obeshrabreni": "обесхрабрени",
		"aparthejd": "апартхејд", "neishranjen": "неисхрањен", "slepoočnica": "слепоочница", "srednjeevropski": "средњеевропски", "feldžandarmerija": "фелджандармерија",
	} {
		if got := ToCyrillic(latin+" i čamac", Options{}); got != want+" и чамац" {
			t.Errorf("%s: got %s, want %s", latin, got, want)
		}
	}
}
