package preflight

import (
	"slices"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

func TestSpamWords(t *testing.T) {
	for _, c := range []struct {
		l    campaign.Language
		text string
		want string
	}{
		{campaign.English, "You have WON: click here!", "click here,you have won"},
		{campaign.English, "New helpline is free, day and night", ""},
		{campaign.English, "The urgently needed law", ""},
		{campaign.French, "DERNIERE CHANCE : garantie", "dernière chance,garanti…"},
		{campaign.French, "Un numéro d’appel gratuit", ""},
		{campaign.SerbianLatin, "Poslednja sansa – KLIKNITE OVDE", "kliknite ovde,poslednja šansa"},
		{campaign.SerbianCyrillic, "Освојили сте награду", "osvojili ste"},
		{campaign.SerbianCyrillic, "Нова бесплатна линија за помоћ", ""},
	} {
		if got := strings.Join(SpamWords(c.l, c.text), ","); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
	for tag, all := range traps {
		if !slices.IsSortedFunc(all, func(a, b trap) int { return strings.Compare(campaign.Fold(a.written), campaign.Fold(b.written)) }) && tag != "fr" {
			t.Errorf("the words of %s are not in order", tag)
		}
		for _, w := range all {
			if len(w.words) == 0 {
				t.Errorf("%s %q holds no word", tag, w.written)
			}
		}
	}
}

func TestLines(t *testing.T) {
	if !Shouts("NOVA LINIJA ZA POMOĆ") || !Shouts("НОВА ЛИНИЈА ЗА ПОМОЋ") || Shouts("SOS telefon MUP i NVO radi") || Shouts("UNHCR EU") {
		t.Error("capitals")
	}
	if Exclaims("Well!") || !Exclaims("Well!!") || !Exclaims("Now! Here!") {
		t.Error("exclamation marks")
	}
	if !BeginsWithSign(" 🎉 News") || !BeginsWithSign("❗News") || BeginsWithSign("„News”") || BeginsWithSign("") || BeginsWithSign("5 years") {
		t.Error("signs")
	}
	if Length("čćžš") != 4 || Length("e\u0301") != 1 || Length("Њу") != 2 {
		t.Error("length")
	}
}
