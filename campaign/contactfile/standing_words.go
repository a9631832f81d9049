package contactfile

import (
	"strings"
	"sync"
	"unicode"

	"github.com/glasnik/glasnik/campaign"
)

// statusWords are what is in a column of states, in English, Serbian and French and as the known tools write it.
var statusWords = map[campaign.Standing]string{
	campaign.Free: "marketingcontact active subscribed subscriber subscribers enabled confirmed ok valid deliverable optin optedin optedintoemail singleoptin doubleoptin member current engaged registered verified accepted agreed granted given allowed permitted mailable sendable " +
		"aktivan aktivna aktivni aktivno aktivne pretplacen pretplacena pretplaceni prijavljen prijavljena prijavljeni potvrdjen potvrdjena upisan upisana saglasan saglasna pristao pristala dao dala prima slati saljemo ispravan ispravna " +
		"abonne abonnee abonnes inscrit inscrite inscrits actif active actifs confirme confirmee accepte acceptee accorde valide delivrable",
	campaign.SaidLeft: "crnalista nacrnojlisti unsubscribed unsubscribe unsub unsubbed optout optedout optedoutofemail left removed blocklisted blacklisted blocked disabled deactivated inactive deleted archived suppressed donotmail donotemail donotcontact donotsend dontmail dontcontact nomail " +
		"nonsubscribed nonsubscriber notsubscribed notoptedin noconsent noptin transactional cancelled canceled withdrawn revoked denied rejected refused declined excluded banned quit objected expired unengaged nevermail never stop " +
		"odjavljen odjavljena odjavljeni odjavljeno odjavio odjavila odjava ispisan ispisana ispisani neaktivan neaktivna neaktivni blokiran blokirana blokirani obrisan obrisana uklonjen uklonjena iskljucen iskljucena napustio napustila odustao odustala odbio odbila odbijeno " +
		"otkazao otkazala otkazano neslati nesalji nesaljite nezeli neprima nekontaktirati nijepretplacen nijepretplacena nijeprijavljen nijesaglasan nijesaglasna nijepristao nijepristala povukao povukla povuceno opozvao opozvala opozvano zabranjeno arhiviran " +
		"desabonne desabonnee desabonnes desinscrit desinscrite desinscrits inactif inactive inactifs bloque bloquee supprime supprimee refuse refusee retire retiree exclu exclue oppose opposee nonabonne nonabonnee noninscrit noninscrite nepascontacter nepasenvoyer neplusenvoyer neplusecrire listenoire revoque revoquee resilie",
	campaign.SaidBounced: "bounced bounce hardbounce hardbounced hardbounces hard cleaned invalid invalidemail invalidaddress undeliverable undelivered notdeliverable dead nonexistent unreachable unknownuser userunknown nosuchuser mailboxfull failed " +
		"vraceno vracen vracena neisporuceno neisporuciv neispravan neispravna neispravno nepostojeci nepostojeca nepostoji " +
		"rebond rebondi rebonddur invalide npai nondelivre nondelivrable introuvable",
	campaign.SaidComplained: "complained complaint spam spamcomplaint spamreport spamreported markedasspam reportedspam reportedasspam abuse junk prijaviospam prijavilaspam spamprijava plainte spamsignale signalespam signalecommespam",
	campaign.SaidNotYet: "unconfirmed pending notconfirmed awaitingconfirmation awaitingoptin waiting optinpending unverified waitingforconfirmation notyetconfirmed " +
		"nepotvrdjen nepotvrdjena nepotvrdjeno nacekanju ceka cekapotvrdu nonconfirme nonconfirmee enattente attente",
	campaign.SaidPaused:     "paused snoozed onhold suspended suspendovan suspendovana suspendue pauza pauziran pauzirana napauzi enpause suspendu",
	campaign.SaidRestricted: "restricted ograniceno ogranicen ogranicena restreint restreinte",
}

// sureWords are states that are meant wherever they stand alone in a cell, as a note or a tag.
var sureWords = map[campaign.Standing]string{
	campaign.SaidLeft: "unsubscribed unsub optedout optout donotmail donotemail donotcontact donotsend dontmail dontemail dontcontact blocklisted blacklisted nomail noemail noemails " +
		"odjavljen odjavljena odjavio odjavila odjaviose odjavilase ispisan ispisana neslati neslativise nesalji nesaljite nesaljivise nemojslati nemojteslati neslatimejlove neslatimejl neslatimail neslatiposte nekontaktirati nezelimejlove nezelimail nezelidaprima nezelimejlovevise neprimamejlove " +
		"desabonne desabonnee desinscrit desinscrite nepascontacter nepasenvoyer neplusenvoyer neplusecrire nepasecrire neplussolliciter dnd dnc nonewsletter odjava crnalista nacrnojlisti listenoire odjavljeni odjavljene unsubscribes unsubscribers ispisani desabonnes desinscrits neplusenvoyerdemails nepasenvoyerdemails",
	campaign.SaidBounced:    "hardbounce hardbounced bounced cleaned undeliverable vracenmejl mejlsevraca mejlsevratio mailsevraca rebonddur npai",
	campaign.SaidComplained: "spamcomplaint markedasspam reportedspam reportedasspam prijaviospam prijavilaspam plaintespam signalespam",
}

const (
	yesWords = "yes y true t 1 on x v ok da d jeste oui o vrai vrais si ja agreed accepted granted given checked selected"
	noWords  = "no n false f 0 off ne n nije nema non faux nein nej odbio odbila odbijeno refuse denied declined unchecked"
	noCells  = "null nil none na nan undefined nepoznato unknown inconnu" // nothing is said
)

// marks are what people tick a cell with; crossedOut what they put where they do not.
const (
	marks      = "✓✔☑✅🗸√+*●•"
	crossedOut = "✗✘☒❌✖☐⬜○"
)

var wordsOfStates = sync.OnceValue(func() map[string]campaign.Standing { return byKey(statusWords) })

var wordsForSure = sync.OnceValue(func() map[string]campaign.Standing { return byKey(sureWords) })

// answer is what a cell says to a question that is answered by yes or no.
type answer int

const (
	nothing answer = iota
	yes
	no
	other
)

var answers = sync.OnceValue(func() map[string]answer {
	return byKey(map[answer]string{yes: yesWords, no: noWords, nothing: noCells})
})

// answerOf reads a cell; a number that is not 0 is a yes, as in a column that counts.
func answerOf(cell string) answer {
	cell = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Variation_Selector, r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, strings.TrimSpace(cell))
	key := headerKey(cell)
	switch a, known := answers()[key]; {
	case known && (key != "" || cell == ""):
		return a
	case cell == "":
		return nothing
	case key == "" && strings.Trim(cell, marks+" ") == "":
		return yes
	case key == "" && strings.Trim(cell, crossedOut+" ") == "":
		return no
	case key == "": // a dash, a stroke, a question mark
		if strings.ContainsRune(cell, '?') {
			return other
		}
		return nothing
	case strings.Trim(key, "0") == "": // 0, 0.0, 0000-00-00
		return no
	}
	if onlyDigits(cell) {
		return yes
	}
	return answersOnly(cell)
}

// answersOnly reads an answer of several words that all say the same: “ne, nije”, “DA!”.
func answersOnly(cell string) answer {
	said := nothing
	words := strings.FieldsFunc(cell, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	if len(words) > 4 || strings.ContainsAny(cell, "0123456789?") {
		return other
	}
	for _, w := range words {
		a := answers()[headerKey(w)]
		if a != yes && a != no || said != nothing && said != a {
			return other
		}
		said = a
	}
	if said == nothing {
		return other
	}
	return said
}

func onlyDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// statusOf reads a state; SaidUnclear for one nobody knows. What is after an answer, as in “ne, odjavio se”, weighs more.
func statusOf(cell string) (campaign.Standing, bool) {
	if i := strings.IndexAny(cell, ",;:–—"); i > 0 {
		if a := answerOf(cell[:i]); a == yes || a == no {
			return statusOf(strings.TrimLeft(cell[i:], ",;:–—"))
		}
	}
	if s, ok := wordsOfStates()[letters(headerKey(cell))]; ok {
		return s, true
	}
	words := wordsOf(cell)
	if len(words) == 0 || len(words) > 30 {
		return campaign.SaidUnclear, false
	}
	return readPhrase(words).standing()
}

// letters returns the letters of a key, without the digits of a date beside them.
func letters(key string) string {
	if !strings.ContainsAny(key, "0123456789") {
		return key
	}
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return -1
		}
		return r
	}, key)
}
