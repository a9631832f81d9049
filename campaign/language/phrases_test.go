package language

import (
	"slices"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

func TestPhrases(t *testing.T) {
	all, err := campaign.CleanPhrases([]campaign.Phrase{
		{Latin: "Astra"}, {Latin: "Kej*"}, {Latin: "Savet* Evrope", Cyrillic: "Савет* Јевропе"}, {Latin: "Vodafon*", Cyrillic: "Водафон*"},
		{Latin: "New", Cyrillic: "Њу"}, {Latin: "New York", Cyrillic: "Њујорк"}, {Latin: "konjukcij*", Cyrillic: "конјукциј*"}, {Cyrillic: "Ћирић"},
		{Latin: "Save-the-Children"}, {Latin: "ASTRA", Cyrillic: "АСТРА"},
	})
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Phrases: NewPhrasebook(all)}
	for _, c := range []struct{ latin, cyrillic string }{
		{"Radi u Astra i vidi astra", "Ради у Astra и види астра"},
		{"ASTRA javlja", "АСТРА јавља"},
		{"Kejmbridž, Keja i kej", "Kejmbridž, Keja и кеј"},
		{"Savet Evrope, Saveta Evrope, SAVETU EVROPE i savet", "Савет Јевропе, Савета Јевропе, САВЕТУ ЈЕВРОПЕ и савет"},
		{"Vodafonom i Vodafonovi", "Водафоном и Водафонови"},
		{"New York i New", "Њујорк и Њу"},
		{"Konjukciju ovde", "Конјукцију овде"},
		{"Fond Save-the-Children ovde", "Фонд Save-the-Children овде"},
		{"Astra", "Astra"},
	} {
		if got := ToCyrillic(c.latin, o); got != c.cyrillic {
			t.Errorf("ToCyrillic(%q) = %q, want %q", c.latin, got, c.cyrillic)
		}
		if got := ToLatin(c.cyrillic, o); got != c.latin {
			t.Errorf("ToLatin(%q) = %q, want %q", c.cyrillic, got, c.latin)
		}
	}
	if got := ToLatin("Инж. Ћирић и Ћирићева", o); got != "Inž. Ћирић i Ćirićeva" {
		t.Errorf("what stays in Cyrillic: %q", got)
	}
	if c := ConvertToCyrillic("Kejova kuća", o); c.Text != "Kejova кућа" || !slices.Equal(c.Kept, []string{"Kejova"}) {
		t.Errorf("%+v", c)
	}
	if got := ToCyrillic("Savet\nEvrope, Savet  Evrope\n\nSavet\n\nEvrope", o); got != "Савет Јевропе, Савет Јевропе\n\nСавет\n\nЕвропе" {
		t.Errorf("over lines: %q", got)
	}
}

func TestPhrasesAreChecked(t *testing.T) {
	for _, c := range []struct {
		name    string
		phrases []campaign.Phrase
		want    string
	}{
		{"two ways", []campaign.Phrase{{Latin: "Njujork", Cyrillic: "Њујорк"}, {Latin: "Njujork", Cyrillic: "Нјујорк"}}, "two ways"},
		{"two ways back", []campaign.Phrase{{Latin: "New York", Cyrillic: "Њујорк"}, {Latin: "Njujork", Cyrillic: "Њујорк"}}, "two ways"},
		{"kept and not", []campaign.Phrase{{Latin: "Astra"}, {Latin: "Astra", Cyrillic: "Астра"}}, "two ways"},
		{"wrong script", []campaign.Phrase{{Latin: "Астра"}}, "Cyrillic letters"},
		{"a star alone", []campaign.Phrase{{Latin: "Ast*", Cyrillic: "Астра"}}, "both scripts"},
		{"a star within", []campaign.Phrase{{Latin: "As*tra"}}, "end of a word"},
		{"everything", []campaign.Phrase{{Latin: "a*"}}, "three letters"},
		{"no letter", []campaign.Phrase{{Latin: "– Astra"}}, "begin with a letter"},
	} {
		if _, err := campaign.CleanPhrases(c.phrases); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	got, err := campaign.ParsePhrases("# ours\nAstra\n\nЊујорк = New York\r\n")
	if err != nil || !slices.Equal(got, []campaign.Phrase{{Latin: "Astra"}, {Latin: "New York", Cyrillic: "Њујорк"}}) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := campaign.ParsePhrases("Astra\nb* = ж"); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("%v", err)
	}
}

func TestKeepMarks(t *testing.T) {
	for _, c := range []struct{ in, cyrillic, own string }{
		{"Ovo je [[keep]]Nova ideja[[/keep]] ovde", "Ово је Nova ideja овде", "Ovo je Nova ideja ovde"},
		{"[[keep]]\nPrvi red\n\n- drugi **red**\n[[/keep]]\ntreći", "\nPrvi red\n\n- drugi **red**\n\nтрећи", "\nPrvi red\n\n- drugi **red**\n\ntreći"},
		{"- stavka [[keep]]jedan\n  dva[[/keep]]\n- stavka", "- ставка jedan\n  dva\n- ставка", "- stavka jedan\n  dva\n- stavka"},
		{"**[[keep]]Ime[[/keep]]** i [[isto ovako]]", "**Ime** и isto ovako", "**Ime** i isto ovako"},
		{"Bez kraja [[keep]]nova ideja", "Без краја [[keep]]нова идеја", "Bez kraja [[keep]]nova ideja"},
		{"Bez početka [[/keep]] ovde", "Без почетка [[/keep]] овде", "Bez početka [[/keep]] ovde"},
		{"`[[keep]]` i [[FIRMA]]", "`[[keep]]` и [[FIRMA]]", "`[[keep]]` i [[FIRMA]]"},
	} {
		if got := ToCyrillic(c.in, Options{}); got != c.cyrillic {
			t.Errorf("ToCyrillic(%q) = %q, want %q", c.in, got, c.cyrillic)
		}
		if got := Unprotect(c.in); got != c.own {
			t.Errorf("Unprotect(%q) = %q, want %q", c.in, got, c.own)
		}
	}
	if got := LoneKeeps("a [[/keep]] [[keep]]b[[/keep]] `[[keep]]` [[keep]] c"); !slices.Equal(got, []int{2, 42}) {
		t.Errorf("%v", got)
	}
}
