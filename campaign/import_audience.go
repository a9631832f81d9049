package campaign

import (
	"slices"
	"strings"
	"sync"
)

// neverContacts name people a press office must not keep as contacts, whatever a file calls them (E.2). Folded, by what the
// form of the word tells.
var neverContacts = map[nameForm]string{
	namesThem: "zrtva zrtve victime victimes preziveli prezivele survivant survivante survivants survivantes ucenik ucenica ucenici ucenice daci " +
		"eleve eleves dete deca enfant enfants maloletni maloletnik maloletnica maloletnici maloletnice mineur mineure mineurs mineures pozivalac pozivaoci",
	namesMany: "victims survivors pupils children schoolchildren minors callers",
	namesSort: "victim survivor pupil child schoolchild caller",
	namesOf: "zrtvi zrtvu zrtvom zrtava zrtvama prezivelih prezivelima ucenika uceniku ucenikom ucenike ucenicima ucenicama daka dake dacima " +
		"deteta detetu detetom dece deci decu decom maloletnih maloletnika maloletnike maloletnicima pozivalaca pozivaoce pozivaocima",
}

// nameForm is what the form of a word for people tells of its place in a name.
type nameForm int

const (
	namesThem nameForm = iota + 1
	namesMany          // English: the word after it may be what they are only an attribute of, as in “victims support”
	namesSort          // English: so is any word after it, as in “child psychologists”
	namesOf            // Serbian: the case says that they belong to a word before, as in “zaštita žrtava”
)

const (
	// othersStems begin words for those who work for such people, or live with them, and for that work.
	othersStems = "organiz organis udruzenj asocijacij associat centar centr center fondacij foundation fondation partner partenair institu ustanov sluzb service " +
		"mrez network reseau savez sindikat syndicat union koalicij coalition ministar ministr ministere kancelarij agencij agenc council conseil odbor savet " +
		"skol school ecole vrtic bolnic hospital hopit medij media tv radio televiz portal casopis novin magaz klub club bibliote librar journalis urednik redakcij redact izdavac publisher editeur roditelj parent nastavni " +
		"ucitelj vaspitac teacher enseignant profes pedagog psiholog psycholog advokat advocat lawyer avocat tuzila sudij judge juge policij police inspektor " +
		"inspector inspecteur lekar doctor medecin radnic worker strucnja ekspert expert prijatelj friend amis ombud zastit protec podrsk support soutien " +
		"pomoc pomag assist prava pravo right droit briga care savetova counsel prevenc preven rehabilit sklonist shelter refuge village selo sela advoca " +
		"akcij action program kampanj campaign campagne inicijativ initiativ projek project"
	// othersWords are more of those, where others begin like them.
	othersWords = "nvo ngo ngos ong aid aide help helping save saving rights"
	// harmStems begin words for what is done to such people: those are its victims, unless it is said to be done to them.
	harmStems = "trgovin traffic trafic traite nasilj violence zlostav abuse eksploat exploit"
	// governing words make what stands after them belong to what stands before.
	governing = "for of to with about helping supporting protecting assisting save saving who which that za sa s o od protiv koji koje koja koju " +
		"pour de du des d aux au a avec contre qui"
	// records are papers about people: a list of those is a list of the people.
	records = "list lists contact contacts address addresses email emails e mail mails name names phone phones data"
)

var nameWords = sync.OnceValue(func() map[string]nameForm {
	words := map[string]nameForm{}
	for form, list := range neverContacts {
		for _, w := range strings.Fields(list) {
			words[w] = form
		}
	}
	return words
})

// CheckAudience refuses the name of a kind or list of people who must never be contacts: victims, survivors, children,
// callers of a helpline. Names of others that only speak of them are taken, such as “Podrška žrtvama” and “Parents d’élèves”.
func CheckAudience(name string) error {
	words := wordsOfName(name)
	for i, w := range words {
		if form := nameWords()[w]; form != 0 && !namesOthers(words, i, form) {
			return Errorf(Invalid, "%q: victims, survivors, children and helpline callers are never kept as contacts", strings.TrimSpace(name))
		}
	}
	return nil
}

// wordsOfName returns the words of a name, folded, and the signs between them as words of their own.
func wordsOfName(name string) []string {
	var apart strings.Builder
	for _, r := range strings.ReplaceAll(Fold(name), "’", "'") {
		if isWordRune(r) {
			apart.WriteRune(r)
		} else {
			apart.WriteString(" " + string(r) + " ")
		}
	}
	return strings.Fields(apart.String())
}

// namesOthers reports whether a name means others than the people that its word i stands for.
func namesOthers(words []string, i int, form nameForm) bool {
	behind := words[i+1:]
	if len(behind) > 0 && behind[0] == "'" { // children's, victims'
		form, behind = namesSort, behind[1:]
		if len(behind) > 0 && behind[0] == "s" {
			behind = behind[1:]
		}
	}
	switch {
	case len(behind) == 0:
	case form == namesMany && isOther(behind[0]), form == namesSort && (isAnything(behind[0]) || slices.ContainsFunc(behind, isOther)):
		return true
	}
	governed := form == namesOf
	for _, w := range slices.Backward(words[:i]) {
		governed = governed || hasWord(governing, w)
		if governed && (isOther(w) || hasStem(harmStems, w)) {
			return true
		}
	}
	return false
}

func isOther(word string) bool { return hasWord(othersWords, word) || hasStem(othersStems, word) }

// isAnything reports whether a word can be what the one before it is an attribute of.
func isAnything(word string) bool {
	return strings.ContainsFunc(word, isWordRune) && nameWords()[word] == 0 && !hasWord(governing+" "+records+" and or in at from", word)
}

func hasWord(list, word string) bool { return slices.Contains(strings.Fields(list), word) }

func hasStem(stems, word string) bool {
	return slices.ContainsFunc(strings.Fields(stems), func(s string) bool { return strings.HasPrefix(word, s) })
}
