package contactfile

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/glasnik/glasnik/campaign"
)

// phrase is what the words of a column's name or of a cell say of writing to somebody, whatever their order.
type phrase struct {
	denied   bool // by “not”, “ne”, “pas”: of what stands beside it
	isNot    bool // “nije”, “n’est pas”: it is a state that is denied, and no answer
	leaving  bool // left, wants out, is blocked: nothing else is meant
	ended    bool // removed, deleted, stopped: it may be something else that is
	agreed   bool // consent, subscription
	willing  bool // may, wants, receives: it may be something else
	mailing  bool // mail, newsletter, list: what is written
	bounced  bool
	softly   bool // for a time
	reported bool // as spam
	proof    bool // confirmed, verified
	awaited  bool
	asked    bool // wants or asks for what follows
	channel  bool // telephone, SMS, fax
	email    bool // says that e-mail is meant
	aside    bool // a link, a file: something about it
	unknown  int  // words that are none of these
}

// phraseWords are the beginnings of words, folded; those with a $ after them are the whole word.
var phraseWords = []struct {
	set   func(*phrase)
	stems string
}{
	{func(p *phrase) { p.denied, p.isNot = true, true }, "not$ isnt$ nije$ nisu$ nisam$ n$ never$"},
	{func(p *phrase) { p.denied = true }, "no$ ne$ non$ nikad$ nikada$ bez$ without$ sans$ don$ dont$ doesnt$ doesn$ didn$ won$ didnt$ wont$ cannot$ cant$ nemoj aucun nein$ nicht$ kein jamais$ ni$ nece$ necu$ neces$ nemaju$ nema$"},
	{func(p *phrase) { p.leaving = true }, "unsub optout optedout odjav ispis desabonn desinscri blacklist blocklist denylist suppress nonmarketing withdr revok revoc povuk povuc povlac opozv oppos objected$ dnd$ dnc$ dnm$ dne$ abgemeld abmeld disiscri odustao$ odustal nonsubscri notsubscri nonabonn"},
	{func(p *phrase) { p.ended = true }, "remov exclu delet cancel otkaz odbi refus declin denied$ reject stop$ skinut skini$ skinemo$ skinite$ skine$ skida uklon brisa brisi$ obris izbris supprim retrait retir resili archiv deactiv deaktiv disabl blocked$ blokir blokad bloqu iskljuc uskra zabran izlaz napust quit$ left$ leav banned$ preminu umro$ umrla$ deceas deced istek expir objection$ inactiv inaktiv inactif neaktiv revoqu cancellat baja$ widerruf"},
	{func(p *phrase) { p.agreed = true }, "consent saglas pristan pristao$ pristal optin optedin gdpr$ rgpd$ subscribe$ subscribed subscriber subscribes subscribing subscription pretplac pretplat abonn prijavlj inscri optedintoemail"},
	{func(p *phrase) { p.willing = true }, "allow allows dozvol permi autoris author may$ can$ want wants$ wish zeli$ zele$ zelim$ zelela$ zeleo$ prima$ primaju$ primam$ primati$ moze$ mozemo$ sme$ smemo$ send$ slati$ salji$ saljite$ saljemo$ salje$ slanj receive$ receives$ receiving$ recevoir$ recoit$ accept prihvat agree souhait veut$ veux$ ok$ okay$ kontaktirati$ kontaktiraj$ kontaktirajte$ pisati$ envoy ecrire$ contacter$ solliciter$ active$ activated$ aktivan aktivn actif$ actifs$ given$ granted$ current$ cours$ dao$ dala$ dali$ donne$ donnee$ disturb express$ implied$ explicit$ sollicit"},
	{func(p *phrase) { p.mailing, p.email = true, true }, "mail mails$ email mejl imejl eposta$ epostu$ newsletter bilten ebilten infolettre courriel mailing"},
	{func(p *phrase) { p.mailing = true }, "list$ lists$ lista$ listu$ listi$ liste$ listes$ lettre vesti$ saopsten objav promo marketing$ contact kontakt obavest poruk communicat komunikac bulk$ envoi messag news$ materials$ verteiler"},
	{func(p *phrase) { p.bounced = true }, "bounc hardbounc undeliver vraca$ vratio$ vracen rebond npai$ invalid neisporuc"},
	{func(p *phrase) { p.softly = true }, "soft$ softbounc temporary$ temp$ privremen transient$ full$ pun$ puno$ trap$"},
	{func(p *phrase) { p.reported = true }, "complain plaint abuse$ spam zalb"},
	{func(p *phrase) { p.proof = true }, "confirm potvrd verif"},
	{func(p *phrase) { p.awaited = true }, "unconfirm nepotvrd pending$ awaiting$ waiting$ attente$ ceka$ cekanj"},
	{func(p *phrase) { p.asked = true }, "ask asked trazi zatraz demand request zahtev molio$ molila$ please$ molim$ svp$"},
	{func(p *phrase) { p.channel = true }, "sms fax phone telefon tel$ call$ calls$ viber whatsapp postal push$ trade$ telephon"},
	{func(p *phrase) { p.aside = true }, "page$ hash link url http source izvor version verzij token preferences$"},
	{func(p *phrase) {}, "the$ a$ an$ of$ from$ by$ to$ at$ on$ in$ for$ is$ are$ has$ was$ have$ been$ be$ we$ you$ your$ us$ me$ all$ any$ my$ them$ they$ user$ status$ state$ date$ datum$ time$ vreme$ dana$ je$ se$ su$ da$ li$ sa$ s$ iz$ za$ na$ u$ od$ i$ ga$ ju$ nas$ nam$ vise$ nase$ vas$ vase$ svih$ sve$ nam$ est$ de$ du$ des$ la$ le$ les$ d$ l$ en$ et$ a$ par$ au$ aux$ plus$ pas$ nos$ vos$ il$ elle$ as$ set$ t$ longer$ etre$ biti$ bude$ single$ double$ address$ do$ hubspot$ dat$ data$ moved$ globally$ global$ anymore$ again$ hold$ smtp$ report$ reports$ reported$"},
}

// phraseStems says what a word means.
var phraseStems = sync.OnceValue(func() (out []struct {
	stem  string
	whole bool
	set   func(*phrase)
}) {
	for _, of := range phraseWords {
		for stem := range strings.FieldsSeq(of.stems) {
			bare, whole := strings.CutSuffix(stem, "$")
			out = append(out, struct {
				stem  string
				whole bool
				set   func(*phrase)
			}{headerKey(bare), whole, of.set})
		}
	}
	return out
})

// wordsOf cuts a text into its folded words: at signs, digits and where a capital follows a small letter. “opt out” and “e-mail”
// are one word, a pair of answers as in “(yes/no)” none.
func wordsOf(text string) []string {
	var spaced strings.Builder
	before := ' '
	for _, r := range text {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			spaced.WriteByte(' ')
		}
		if r == '’' || r == '\'' {
			r = ' '
		}
		spaced.WriteRune(r)
		before = r
	}
	fields := strings.FieldsFunc(spaced.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	var out []string
	for i := 0; i < len(fields); i++ {
		w, next := headerKey(fields[i]), ""
		if i+1 < len(fields) {
			next = headerKey(fields[i+1])
		}
		switch {
		case w == "":
			continue
		case slices.Contains([]string{"yes no", "da ne", "oui non", "ja nein", "y n", "true false", "d n", "o n"}, w+" "+next):
			i++
			continue
		case (w == "opt" || w == "opted") && (next == "in" || next == "out"), w == "e" && (strings.HasPrefix(next, "mail") || next == "posta" || next == "bilten"),
			w == "non" && next == "marketing", (w == "black" || w == "block") && strings.HasPrefix(next, "list"), w == "un" && strings.HasPrefix(next, "sub"):
			w += next
			i++
		}
		out = append(out, w)
	}
	return out
}

func readPhrase(words []string) phrase {
	var p phrase
	particle := -1 // French “pas” and “plus” deny what is after them
	for i, w := range words {
		known := false
		for _, s := range phraseStems() {
			if w == s.stem || !s.whole && strings.HasPrefix(w, s.stem) {
				s.set(&p)
				known = true
				if (p.agreed || p.willing || p.leaving) && particle >= 0 && particle < i {
					p.denied = true
				}
				break
			}
		}
		if w == "pas" || w == "plus" {
			particle = i
		}
		if !known {
			p.unknown++
		}
	}
	return p
}

// standing returns what a cell says; known is false where it says nothing that anybody can be sure of.
func (p phrase) standing() (s campaign.Standing, known bool) {
	gone, may := p.leaving || p.ended, p.agreed || p.willing
	switch {
	case p.reported && !p.denied && !p.softly:
		return campaign.SaidComplained, true
	case p.bounced && !p.denied && !gone:
		if p.softly {
			return campaign.SaidUnclear, false
		}
		return campaign.SaidBounced, true
	case gone && p.denied && (may || !p.isNot || p.unknown > 0), p.softly && !gone && !p.denied:
		return campaign.SaidUnclear, false
	case gone && p.denied:
		return campaign.Free, true
	case gone:
		return campaign.SaidLeft, true
	case p.awaited, p.proof && p.denied:
		return campaign.SaidNotYet, true
	case p.denied && (may || p.mailing && p.unknown == 0):
		return campaign.SaidLeft, true
	case (may || p.proof) && p.unknown == 0:
		return campaign.Free, true
	}
	return campaign.SaidUnclear, false
}

// heading returns what a column of such a name holds. It is weak where the column's cells have to agree: the name may mean
// something else.
func (p phrase) heading() (m Meaning, weak, known bool) {
	switch {
	case p.elsewhere():
		return "", false, false
	case p.reported && !p.denied && p.unknown == 0:
		return Complained, false, true
	case p.bounced && !p.denied && !p.softly:
		return Bounced, p.unknown > 0, true
	case p.leaving && !p.denied:
		return Left, false, true
	case p.proof && (p.agreed || p.mailing) && !p.denied && !p.leaving && !p.ended && p.unknown == 0:
		return Confirmed, false, true
	case p.denied && p.agreed && !p.ended && !p.leaving:
		return Left, false, true
	case p.ended && !p.denied && (p.mailing || p.agreed):
		return Left, false, true
	case p.ended && !p.denied && p.unknown == 0:
		return Left, true, true
	case p.denied && (p.willing || p.mailing) && !p.ended && !p.leaving:
		return Left, p.unknown > 0 || !p.willing, true
	case p.denied:
		return "", false, false
	case p.agreed, p.willing && p.email && p.unknown == 0:
		return Consent, p.unknown > 0, true
	case p.willing && (p.mailing || p.unknown == 0), p.mailing && p.unknown == 0:
		return Consent, true, true
	}
	return "", false, false
}

// paidFor are names of columns of what somebody pays for, as Substack exports them: who pays nothing reads it too.
var paidFor = []string{"activesubscription", "canceldate"}

// headingOf reads the name of a column, and what is in brackets in it by itself: who must not be written to weighs more.
func headingOf(header string) (m Meaning, weak, known bool) {
	if slices.Contains(paidFor, headerKey(header)) {
		return "", false, false
	}
	name, inside := cutBrackets(header)
	for _, part := range []string{name, inside} {
		w := wordsOf(part)
		if len(w) == 0 || len(w) > 12 {
			continue
		}
		of, isWeak, ok := readPhrase(w).heading()
		if ok && of == Consent && tellsOfConsent(headerKey(header)) {
			continue
		}
		if ok && (!known || of != Consent && m == Consent) {
			m, weak, known = of, isWeak, true
		}
	}
	return m, weak, known
}

// elsewhere reports whether the name of a column speaks of another channel than e-mail, or of something about it.
func (p phrase) elsewhere() bool { return p.channel && !p.email || p.aside }
