package contactfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// standingOfRow reads a file of one column beside the address, and one row.
func standingOfRow(t *testing.T, header, cell string) campaign.Standing {
	t.Helper()
	f := read(t, fmt.Sprintf("email|%s|Beat\nana@x.example|\"%s\"|x\n", header, strings.ReplaceAll(cell, `"`, `""`)))
	if len(f.Rows) != 1 || f.Rows[0].Problem.String() != "" {
		t.Fatalf("%s: %q: %+v", header, cell, f.Rows)
	}
	return f.Rows[0].Standing.Standing
}

// A person who left, said no, bounced or complained elsewhere is known for that, whatever the column is called and however it is
// filled; who may be written to is not kept from it.
func TestStandings(t *testing.T) {
	t.Parallel()
	const free, left, bounced, complained, unclear, notYet = campaign.Free, campaign.SaidLeft, campaign.SaidBounced, campaign.SaidComplained, campaign.SaidUnclear, campaign.SaidNotYet
	for _, tt := range []struct {
		headers string
		cells   map[string]campaign.Standing
	}{
		{"Status|Subscription status|Subscriber Status|STATUS|Statut|Status pretplate|Статус", map[string]campaign.Standing{
			"subscribed": free, "Active": free, "enabled": free, "": free, "Aktivan": free, "Претплаћен": free, "Abonné": free, "inscrite": free,
			"unsubscribed": left, "Unsubscribed": left, "UNSUBSCRIBED (2024-05-06)": left, "blocklisted": left, "Opted out": left, "opt-out": left, "Non-subscribed": left, "Inactive": left,
			"Odjavljen": left, "odjavljena 5. 3. 2024.": left, "Одјављен": left, "ne slati": left, "Désabonné": left, "désinscrite": left, "archived": left,
			"cleaned": bounced, "Hard bounce": bounced, "bounced": bounced, "invalid": bounced, "vraćeno": bounced, "unreachable": bounced, "Rebond dur": bounced,
			"complained": complained, "Spam": complained, "junk": complained, "plainte": complained, "prijavio spam": complained,
			"pending": notYet, "unconfirmed": notYet, "nepotvrđen": notYet, "en attente": notYet, "paused": campaign.SaidPaused, "restricted": campaign.SaidRestricted,
			"soft bounce": unclear, "VIP": unclear, "?": unclear, "42x": unclear,
		}},
		{"Opted out|Opt-out|Email Opt Out (Yes/No)|Unsubscribed|Do not mail|DO_NOT_CONTACT|Odjavljen|Одјављена|Ne slati|NE SLATI MEJLOVE|Désabonné|Ne pas contacter|blacklisted|Unsubscribed from emails", map[string]campaign.Standing{
			"": free, "no": free, "No": free, "ne": free, "НЕ": free, "non": free, "0": free, "false": free, "-": free, "☐": free, "n": free,
			"yes": left, "Y": left, "da": left, "Да": left, "oui": left, "1": left, "TRUE": left, "x": left, "X": left, "✓": left, "✔️": left, "+": left, "2024-05-06": left, "6.5.2024.": left, "06/05/2024 10:00": left, "da, 6.5.2024.": left, "odjavljen": left,
			"možda": unclear, "do marta": unclear, "da, ali retko": unclear,
		}},
		{"Consent|GDPR consent|Opt-in|OPTED_IN|Saglasnost|Сагласност|Saglasnost (da/ne)|Pristanak|Slati|Consentement|RGPD|Accepts Marketing|DOUBLE_OPT-IN|Marketing permission", map[string]campaign.Standing{
			"yes": free, "da": free, "ДА": free, "oui": free, "1": free, "true": free, "x": free, "✓": free, "2024-05-06": free, "6. 5. 2024.": free, "da, 6.5.2024.": free,
			"no": left, "ne": left, "НЕ": left, "Non": left, "0": left, "false": left, "✗": left, "povukla": left, "withdrawn": left, "odbio": left, "ne, 6.5.2024.": left,
			"": unclear, "-": unclear, "?": unclear, "maybe": unclear, "N/A": unclear,
		}},
		{"UNSUB_TIME|Unsubscribed at|Unsub date|Datum odjave|Date de désinscription|UNSUB_REASON|Razlog odjave|Motif de désabonnement|UNSUB_CAMPAIGN_TITLE", map[string]campaign.Standing{
			"": free, "0000-00-00 00:00:00": free, "null": free, "2026-02-03 09:00:00": left, "NORMAL": left, "previše pošte": left,
		}},
		{"Bounced|Hard bounce|CLEAN_TIME|bouncecount|Vraćeno|Rebond", map[string]campaign.Standing{"": free, "0": free, "no": free, "1": bounced, "yes": bounced, "2026-02-03": bounced, "3": bounced}},
		{"Complained|Spam|Spam complaint|Plainte|Prijavio spam", map[string]campaign.Standing{"": free, "0": free, "ne": free, "1": complained, "da": complained, "2026-02-03": complained}},
		{"confirmed|Potvrđen", map[string]campaign.Standing{"1": free, "da": free, "0": notYet, "ne": notYet, "": unclear}},
		{"Napomena|Notes|Whatever|Tags|Oznake", map[string]campaign.Standing{"": free, "radio": free, "odjavljen": left, "Odjavljena 2023.": left, "NE SLATI!": left, "Do not email": left, "Désabonnée": left, "hard bounce": bounced, "slati": free, "da": free, "stalni saradnik": free}},
		{"OPTIN_TIME|OPTIN_IP|Consent text|Datum saglasnosti|GDPR consent date|Consent source", map[string]campaign.Standing{"": free, "2024-01-01 10:00:00": free, "192.0.2.1": free}},
	} {
		for header := range strings.SplitSeq(tt.headers, "|") {
			for cell, want := range tt.cells {
				if got := standingOfRow(t, header, cell); got != want {
					t.Errorf("%s: %q is %q, want %q", header, cell, got, want)
				}
			}
		}
	}
}

// Of several columns the one that weighs most counts.
func TestTheStrongestStandingCounts(t *testing.T) {
	f := read(t, "email,Status,Opted out,Consent,Bounced\na@x.example,active,yes,yes,\nb@x.example,unsubscribed,no,,1\nc@x.example,active,no,,\nd@x.example,active,,yes,0\n")
	want := []campaign.Standing{campaign.SaidLeft, campaign.SaidLeft, campaign.SaidUnclear, campaign.Free}
	for i, r := range f.Rows {
		if r.Standing.Standing != want[i] {
			t.Errorf("%s: %+v, want %q", r.Contact.Email, r.Standing, want[i])
		}
	}
}

// A column nobody named is known by what is in it, one with a name of several meanings only then.
func TestColumnsOfStandingsByTheirCells(t *testing.T) {
	for _, tt := range []struct {
		text string
		want Meaning
	}{
		{"email,Članovi\na@x.example,subscribed\nb@x.example,unsubscribed\n", Status},
		{"email,column\na@x.example,Pretplaćen\nb@x.example,Odjavljena\n", Status},
		{"email,Newsletter\na@x.example,da\nb@x.example,ne\n", Consent},
		{"email,Newsletter\na@x.example,Jutarnji\nb@x.example,Večernji\n", Attribute},
		{"email,State\na@x.example,Texas\n", Attribute},
		{"email,Aktivan\na@x.example,da\nb@x.example,ne\n", Status},
		{"email,Marital status\na@x.example,married\n", Attribute},
		{"E-mail,Mail\na@x.example,da\nb@x.example,ne\n", Consent},
		{"E-mail,Beat\na@x.example,da\nb@x.example,ne\n", Attribute},
	} {
		if f := read(t, tt.text); f.Columns[1].Meaning != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, f.Columns[1].Meaning, tt.want)
		}
	}
	f := read(t, "Mail,Ime,Adresa\nda,Ana,ana@x.example\nne,Eva,eva@x.example\n")
	if f.Rows[0].Contact.Email != "ana@x.example" || f.Rows[1].Standing.Standing != campaign.SaidLeft {
		t.Errorf("%+v", f.Rows)
	}
}
