package contactfile

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/glasnik/glasnik/campaign"
)

// courtesies are before a name and say whether it is a woman's or a man's; folded, without dots. What is written the same as
// another word is read by readCourtesy.
var courtesies = map[string]string{ // “gđa” and “gospođa” lose their stroke when they are folded
	"mrs": female, "ms": female, "miss": female, "madam": female, "mme": female, "mlle": female, "mmes": female, "madame": female, "mademoiselle": female,
	"gda": female, "gospoda": female, "gdica": female, "gospodica": female, "gca": female, "frau": female,
	"mister": male, "sir": male, "monsieur": male, "mr": male, "gdin": male, "gospodin": male, "gosp": male, "herr": male,
}

const (
	female = "female"
	male   = "male"
)

// genderWords are in columns of genders and forms of address.
var genderWords = map[string]string{
	"f": female, "z": female, "w": female, "female": female, "woman": female, "zensko": female, "zenski": female, "zena": female, "femme": female, "feminin": female,
	"m": male, "male": male, "man": male, "musko": male, "muski": male, "muskarac": male, "homme": male, "masculin": male, "g": male,
}

// titles are before a name or after it; folded, without dots and hyphens.
var titles = words("dr mr prof profesor profesorka professor professeur doc docent msc mag mgr ing inz dipl spec prim akademik phd md mba bsc llm llb cpa esq esquire msci mphil dphil edd " +
	"dipling dipliur iur oec diploec advokat adv maitre drsc mrsc drmed sci sc pmp cfa dds kbe obe mbe")

// generations tell a person from a parent of the same name.
var generations = words("jr sr junior senior ml st ii iii iv fils pere")

// particles begin a last name of several words.
var particles = words("de du des la le van von der den di da del della dos do das el al bin ibn ter ten zu")

// outletWords are in the name of an organisation and in no person's.
var outletWords = words("politika blic kurir danas vreme tanjug fonet nin n1 informer insajder istinomer bbc cnn afp dw reuters monde figaro liberation parisien guardian times radio televizija televizije televizijska tv rtv rts rtvv redakcija redakcije desk deskovi portal portali casopis casopisi novine nedeljnik dnevne dnevnik list agencija agencije magazin novinska novinski skola skole os oss gimnazija " +
	"osnovna srednja tehnicka ekonomska medicinska fakultet fakulteta univerzitet univerziteta institut instituta ustanova ustanove udruzenje udruzenja fondacija fondacije fond drustvo firma preduzece preduzeca kompanija doo ad zu jkp jp opstina opstine grad " +
	"ministarstvo ministarstva kancelarija uprava dom biblioteka muzej pozoriste bolnica klinika ambulanta sindikat savez komora centar centra sluzba sekretarijat urednistvo direkcija odbor savet inicijativa mreza medijska medijski mediji kuca produkcija studio " +
	"television tele redaction newsroom newsdesk news newspaper magazine media medias journal presse agence agency ecole lycee college mairie societe association fondation foundation institute university universite hospital hopital museum musee school office team " +
	"info kontakt contact ltd limited inc llc gmbh sarl sas plc corporation company holding group groupe ngo nvo ong network reseau centre center chamber ministry ministere council conseil department departement service services club klub biro bureau")

// generic are outlet words that name none by themselves, and what else is where a name is not known.
var generic = words("redakcija redakcije desk portal urednistvo redaction newsroom newsdesk news media mediji info kontakt contact office team tim sluzba sekretarijat press presse pr uprava direkcija kancelarija bureau biro service skola ecole school " +
	"informacije information marketing admin administrator support podrska prijem centrala opsti general service dezurni dezurna za odnose sa javnoscu medijima i vesti informativa informativna program kabinet portparol spokesperson")

// nobody are cells that say no name.
var nobody = words("nepoznato nepoznat nepoznata unknown inconnu inconnue null none nil nema anonymous anonimno anonyme test xxx xx nn bezimena undefined tba tbd nopename noname")

// roleStems begin words for what somebody does, in English, Serbian and French; those with a $ after them are the whole word.
var roleStems = strings.Fields("novinar urednic urednik urednis glavni glavna odgovorn zamenik zamenic pomocnik pomocnic dopisnik dopisnic reporter snimatel fotorep fotograf kolumnist voditel izvrsn direktor direktork menadz sekretar portparol koordinator " +
	"predsed clan$ clanica nastavni ucitel profesor pedagog psiholog saradn strucn sef$ sefica nacelni tehnick realizator producent prevodil lektor freelance slobodn kontakt osoba asistent savetni sluzbeni vlasni osnivac " +
	"journalist editor correspond presenter anchor columnist photographer camera producer director manager officer head$ chief$ deputy assistant secretary president chair$ chairm chairw member teacher professor coordinator spokes press$ freelance founder owner contributor writer host$ intern$ " +
	"journaliste redact pigiste correspondant presentat photograph directeur directrice responsable charge chargee president secretaire attache enseign professeur chroniq adjoint")

// roleParts are the beginnings of words, each long enough to mean nothing else.
var roleParts = sync.OnceValue(func() []string { return campaign.Collect(roleStems, campaign.Fold) })

// isRole reports whether words after a name say what somebody does.
func isRole(text []string) bool {
	for _, w := range text {
		key := headerKey(w)
		for _, stem := range roleParts() {
			if whole, only := strings.CutSuffix(stem, "$"); only && key == whole || !only && strings.HasPrefix(key, stem) {
				return true
			}
		}
	}
	return false
}

func words(list string) map[string]bool { return byKey(map[bool]string{true: list}) }

// byKey returns the key of every word of the lists, with what its list stands for.
func byKey[V comparable](lists map[V]string) map[string]V {
	out := map[string]V{}
	for v, list := range lists {
		for w := range strings.FieldsSeq(list) {
			out[headerKey(w)] = v
		}
	}
	return out
}

func within(list map[string]bool, word string) bool { return list[headerKey(word)] }

// oddWords are all that is no part of a name, where a name is one word.
var oddWords = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, list := range []map[string]bool{titles, generations, outletWords, generic, nobody} {
		maps.Copy(all, list)
	}
	for w := range courtesies {
		all[w] = true
	}
	return all
})

// outletIn reports whether some words are the name of an organisation.
func outletIn(text []string) bool {
	return slices.ContainsFunc(text, func(w string) bool { return within(outletWords, w) && !isInitial(w) })
}

// isGeneric reports whether words name nobody and no organisation: a desk, an office.
func isGeneric(text []string) bool {
	return !slices.ContainsFunc(text, func(w string) bool { return !within(generic, w) }) && len(text) > 0
}
