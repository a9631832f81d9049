package contactfile

import (
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// longestNote is how much of a note is looked at.
const longestNote = 2000

// sureParts are in every cell that sureStatus may know: nearly all cells are passed by on the first look.
var sureParts = strings.Fields("unsub optout optedout donot dont blocklist blacklist nomail noemail nonews odav crna crno listenoire off longer doesnt dontwant ispisan ispisal neslat nesal nemoj nezel nekontakt neprima desabonn desinscri nepas neplus " +
	"nesouhait neveut bounce cleaned undeliver vraca vrati vracen npai spam dnd dnc remov skin brisa nepis nevis visene viseodav stopm stope stopn")

// sureStatus returns the state that a note, a tag or a cell of any name tells, Free where it tells none: as a whole or in one
// of its sentences, which begins with it. A sentence that only may be meant so is unclear.
func sureStatus(cell string) campaign.Standing {
	if len(cell) < 3 || len(cell) > longestNote {
		return campaign.Free
	}
	key := letters(headerKey(cell))
	if s, ok := wordsForSure()[key]; ok {
		return s
	}
	if !containsAny(key, sureParts) {
		return campaign.Free
	}
	heaviest := campaign.Free
	for sentence := range strings.FieldsFuncSeq(strings.ReplaceAll(cell, " - ", ";"), func(r rune) bool { return strings.ContainsRune(".,;:!–—|/()\"“”„\n\r", r) }) {
		if s := sureSentence(sentence); s.Outweighs(heaviest) {
			heaviest = s
		}
	}
	return heaviest
}

// The words that a sentence of a note begins with to say that somebody is not to be written to, folded.
var (
	goneWords   = strings.Fields("unsub optedout optout blocklisted blacklisted odavljen odavio odavil ispisan ispisal ispisao desabonn desinscri")
	bouncedWord = strings.Fields("bounced hardbounc undeliver npai cleaned")
	askWords    = strings.Fields("zel hoce want wants veut souhait wish take ask asked asks traz zatraz demand request zahtev molio molil")
	reportWords = strings.Fields("prijavi prijavl oznac mark report signal complain")
	goWords     = strings.Fields("off remov skin brisa obris izbris odav unsub ukl desabonn desinscri supprim")
	writeWords  = strings.Fields("slat salji saljite saljemo send mail email mejl contact contacter kontaktirat kontaktiraj envoyer ecrire solliciter pisat write")
	wantWords   = strings.Fields("zel prima want wish souhait veut veux receive recevoir")
	denials     = strings.Fields("doesn don didn won ne no not dont donot never nemoj nemojte nemojmo non stop")
	politeness  = strings.Fields("please molim vas svp ga je se vise the longer t person has to po njemu njoj on ona i")
)

func sureSentence(sentence string) campaign.Standing {
	words := wordsOf(sentence)
	for len(words) > 1 && slices.Contains(politeness, words[0]) {
		words = words[1:]
	}
	if len(words) == 0 || len(words) > 12 {
		return campaign.Free
	}
	if s, ok := wordsForSure()[strings.Join(words, "")]; ok {
		return s
	}
	if slices.Contains(words, "spam") && slices.ContainsFunc(words, func(w string) bool { return beginsAny(w, reportWords) }) {
		return campaign.SaidComplained
	}
	switch first := words[0]; {
	case beginsAny(first, goneWords) && !strings.HasPrefix(strings.Join(words, " "), "unsubscribe link"):
		return campaign.SaidLeft
	case beginsAny(first, bouncedWord):
		return campaign.SaidBounced
	case beginsAny(first, askWords) && slices.ContainsFunc(words[1:], func(w string) bool { return beginsAny(w, goWords) }):
		return campaign.SaidLeft
	case slices.Contains(denials, first) || first == "do" && len(words) > 1 && words[1] == "not":
		return deniedSentence(words)
	}
	return campaign.Free
}

// deniedSentence reads “do not mail before noon”, “ne želi newsletter”: left where nothing else is said, unclear where it is.
func deniedSentence(words []string) campaign.Standing {
	p := readPhrase(words)
	verb := 1
	for verb < len(words) && (slices.Contains(politeness, words[verb]) || slices.Contains(denials, words[verb]) || words[verb] == "pas" || words[verb] == "plus" || words[verb] == "lui") {
		verb++
	}
	if verb == len(words) || p.channel && !p.email {
		return campaign.Free
	}
	writes, wants := beginsAny(words[verb], writeWords), beginsAny(words[verb], wantWords)
	if words[0] == "no" || words[0] == "stop" {
		writes = p.mailing && p.unknown == 0
	}
	switch {
	case wants && !p.mailing && p.unknown > 0, !writes && !wants:
		return campaign.Free
	case p.unknown == 0:
		return campaign.SaidLeft
	}
	return campaign.SaidUnclear
}

func beginsAny(word string, stems []string) bool {
	return slices.ContainsFunc(stems, func(stem string) bool { return strings.HasPrefix(word, stem) })
}
