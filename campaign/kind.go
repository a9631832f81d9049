package campaign

import (
	"strings"
	"sync"
)

// kindWords are the kinds in English, Serbian and French, singular and plural, of women and men, folded. What says more than the
// kind, such as radio or portal, is not among them: it is kept as it is.
var kindWords = map[Kind]string{
	Journalist: "journalist,journalists,reporter,reporters,editor,editors,correspondent,correspondents,media,medias,press,news media,newsroom," +
		"novinar,novinarka,novinari,novinarke,novinarstvo,urednik,urednica,urednici,urednice,dopisnik,dopisnica,dopisnici,dopisnice,izvestac,izvestaci,reporterka,reporteri,reporterke,redakcija,redakcije,medij,mediji,medijska kuca,medijske kuce," +
		"stampa," +
		"journaliste,journalistes,presse,redacteur,redactrice,redacteurs,redactrices,redaction,redactions,correspondant,correspondante,correspondants,correspondantes,pigiste,pigistes",
	School: "school,schools,primary school,primary schools,secondary school,secondary schools,high school,high schools,university,universities,college,colleges,education," +
		"skola,skole,osnovna skola,osnovne skole,srednja skola,srednje skole,strucna skola,strucne skole,gimnazija,gimnazije,fakultet,fakulteti,univerzitet,univerziteti,obrazovanje,obrazovna ustanova,obrazovne ustanove,prosveta,skolstvo," +
		"ecole,ecoles,ecole primaire,ecoles primaires,lycee,lycees,etablissement scolaire,etablissements scolaires,universite,universites,enseignement",
	Business: "business,businesses,firm,firms,company,companies,enterprise,enterprises,corporate,corporation,corporations,employer,employers,industry," +
		"firma,firme,preduzece,preduzeca,kompanija,kompanije,privreda,privrednik,privrednica,privrednici,privrednice,privredno drustvo,privredna drustva,privredni subjekt,privredni subjekti,poslodavac,poslodavka,poslodavci,poslodavke,biznis,biznisi,preduzetnik,preduzetnica,preduzetnici,preduzetnice," +
		"entreprise,entreprises,societe,societes,employeur,employeuse,employeurs,employeuses,entrepreneur,entrepreneuse,entrepreneurs,entrepreneuses,commerce,commerces",
	Partner: "partner,partners,partner organisation,partner organisations,partner organization,partner organizations," +
		"partneri,partnerka,partnerke,partnerska organizacija,partnerske organizacije,partnerstvo," +
		"partenaire,partenaires,organisation partenaire,organisations partenaires",
	OtherKind: "other,others,misc,miscellaneous,ostalo,ostali,ostale,drugo,drugi,druge,druga,razno,autre,autres,divers,diverse",
}

var kindOfWord = sync.OnceValue(func() map[string]Kind {
	byWord := map[string]Kind{}
	for k, list := range kindWords {
		for w := range strings.SplitSeq(list, ",") {
			byWord[Fold(w)] = k
		}
	}
	return byWord
})

// ParseKind reads a kind in English, French or Serbian, either script, singular or plural; of “novinar/ka” the first word
// counts. "" is "".
func ParseKind(s string) (Kind, error) {
	folded := strings.Join(strings.Fields(Fold(s)), " ")
	if folded == "" {
		return "", nil
	}
	first := folded
	if i := strings.IndexAny(folded, "/(·"); i > 0 {
		first = strings.TrimSpace(folded[:i])
	}
	for _, w := range []string{folded, first} {
		if k, ok := kindOfWord()[w]; ok {
			return k, nil
		}
	}
	return "", FieldError("kind", "the kind %q is not one of journalist, school, business, partner, other", s)
}
