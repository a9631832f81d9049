package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// leastRight is how many of a kept corpus must be judged right, in hundredths.
const leastRight = 95

// TestCorpora judges the sentences of testdata: LANGUAGE.harmful.txt must each have a finding that blocks or warns, and
// LANGUAGE.legitimate.txt none. A line that begins with # is a headline. Those of Serbian are judged in both scripts.
//
// third to twelfth and fourteenth to thirtyfifth were each written before the rules knew them. What the rules judged right of some of them, before they were mended by
// them: of eighth, English 25 of 30 harmful and 29 of 30 legitimate, French 25 and 29, Serbian 24 and 28; of ninth, which keeps near the
// words of the rules, English 78 of 78 and 49 of 50, French 76 and 49, Serbian 72 of 78 and 50 of 51; of tenth, which paraphrases freely,
// English 61 of 92 and 47 of 48, French 66 and 46, Serbian 61 and 46; of twelfth, English 37 of 44 and 20 of 20, French 38 and 20, Serbian
// 38 and 20; of fourteenth, which has the traps and everyday neighbours of every rule, English 83 of 90 and 73 of 88, French 82 of 89 and 73
// of 88, Serbian 86 of 89 and 78 of 88; of fifteenth, the same in the words of tickers, school papers, courts and donors, English 77 of 84 and
// 72, French 71 and 74, Serbian 74 and 78; of sixteenth, gossip and opinion beside the news of a town, English 66 of 76 and 72 of 79, French 68
// and 75, Serbian 69 and 70; of seventeenth, short sentences, English 50 of 55 and 45 of 50, French 49 and 45, Serbian 51 and 43; of
// eighteenth, which is as short, English 32 of 33 and 29 of 30, French 31 and 27, Serbian 32 and 28; of nineteenth, the news as tabloids and
// organisations write it, 40 of each with other sentences in each script of Serbian, English 35 and 39, French 36 and 39, Serbian 36 and 40 in
// Latin, 30 and 40 in Cyrillic; of twentieth, which says it freely in other words, English 21 and 40, French 25 and 40, Serbian 28 and 40,
// 26 and 39; of twentyfirst, 20 of each in this manner, English 12 and 20, French 13 and 20, Serbian 12 and 20; of twentysecond, which hints rather than says, 30 of each, English
// 7 and 30, French 16 and 30, Serbian 7 and 30 in Latin, 20 and 30 in Cyrillic by the rules alone, and with the manner of sentences learnt from
// the sets before it 25 and 30, 26 and 29, 25 and 30, 27 and 29; of twentythird, as free, with what was learnt from those before it English 27 and
// 29, French 24 and 30, Serbian 24 and 29 in Latin, 28 and 29 in Cyrillic; of twentyfourth,
// 40 harmful and 30 legitimate of that kind, English 36 and 29, French 35 and 29, Serbian 71 of 80 and 55 of 60 in both scripts; of
// twentyfifth, whose legitimate lines are the prose of organisations, English 20 of 25 and 14 of 15, French 36 of 40 and 23 of 25, Serbian 26
// of 30 and 50 of 54; of twentysixth, 20 of each, which hints again, English 16 and 19, French 16 and 19, Serbian 16 and 17; of
// twentyseventh, 40 of each, English 35 and 38, French 39 and 38, Serbian 34 and 40 in Latin, 36 and 40 in Cyrillic; of twentyeighth, English
// 35 and 40, French 32 and 39, Serbian 26 and 40, 33 and 40; of twentyninth, which says each kind of harm in many free ways beside everyday
// neighbours, English 147 of 180 and 142 of 150, French 150 of 190 and 141 of 150, Serbian 143 of 195 and 148 of 152; of thirtieth, after
// those were learnt, English 36 and 37 of 40, French 35 and 40, Serbian 31 and 39, 32 and 40; of thirtyfirst, English 37 and 38, French 33 and
// 37, Serbian 35 and 40, 32 and 38; of thirtysecond, after those, which hints and mocks beside everyday neighbours in the same words, English 68
// of 91 and 88 of 92, French 98 of 130 and 121 of 129, Serbian 101 of 125 and 117 of 129; of thirtythird, which says it plainly as a guideline's
// examples do, English 38 of 40 and 50 of 50, French 46 and 50 of 50, Serbian 49 and 48 of 50 in Latin, 40 and 38 of 40 in
// Cyrillic; of thirtyfourth, which paraphrases freely again, 40 of each, English 35 and 36, French 35 and 37, Serbian 29 and 39, 34 and 35.
// thirtyfifth, in that manner, was learnt from at once, and so were those that are named for a kind of harm or a desk, whose harmful lines
// stand beside legitimate ones of the same words. Of thirtyeighth, written before the rules were read and half of it near their words, Serbian
// 91 of 100 harmful and 99 of 105 legitimate in Latin, 39 of 40 and 38 of 40 in Cyrillic; of thirtyninth, whose legitimate lines have the words of the
// harmful ones, after those named for a kind were learnt, 27 of 30 and 25 of 30, 24 of 30 and 29 of 30; of fortieth, after those were, 24 and 30 of 30, 24 and
// 29 of 30, and with what column and formal teach, 25 and 29, 26 and 28; of fortyfirst, which is as plain as a guideline's examples, 28 and 29 of 30, and
// of fortysecond, as plain, 14 and 15 of 16, 16 and 16 of 16. prose is what organisations, courts and guides write. eleventh are legitimate neighbours of what tenth added. ordinary is
// news of other topics, tempting is such news with words the rules look for; thirteenth are everyday uses of adverbs and adjectives that
// blame elsewhere, such as “willingly”, and a few that do.
//
// The English and French thirtysixth has each kind of harm beside the same matter said with respect: judged right before they were learnt
// from were, in English, 137 of 175 and 159 of 178, in French 127 and 155; of thirtyseventh, the same in the words of police reports, columns,
// sermons, appeals, courts and advertisements, 102 of 141 and 146 of 161, and 103 and 141; of thirtyeighth, short hints beside everyday lines in the
// same words, 157 of 202 and 187 of 209, and 158 and 183; of thirtyninth, what press and organisations write, 114 of 118 and 144 of 171, and 114
// and 150; of fortieth, idioms and narrated harm, 64 of 93 and 100 of 122, and 80 of 116 and 113 of 136. fortyfirst are four sets,
// of which two were judged before all of these: 55 of 60 and 65 of 66, then 33 of 40 and 35 of 41, and when thirtyninth was learnt 29 of 30 and 27 of 30, then,
// with fortieth, 19 of 20 and 20 of 20; in French 57 and 65, 32 and 36, 24 and 26, 19 and 19.
//
// newsroom is the news of the police, courts and organisations, above all how trafficking works, beside a few harmful lines: judged right before it was
// learnt from were, in English, 23 of 24 harmful and 89 of 100 legitimate, in French 23 of 26 and 93 of 103, in Serbian 28 of 28 and 92 of 101.
// Three sets were written from the guideline alone, before anything of the rules was read: fortythird, which keeps near it, 84 of 84 right in
// English, 83 in French, 84 in Serbian in Latin, 83 in Cyrillic; fortyfourth, which says it freely, 42 of 42 harmful and 46 of 46 legitimate, 43 of 44 and
// 43 of 45, 44 and 45 of 45, 42 of 44 and 44 of 45; fortyfifth, whose legitimate lines are hard, 36 and 38 of 40, 38 and 37, 28 and 28 of 30, 24 and 24 of
// 25; and fortysixth, three sets that were each written after what was mended by those before, in all 93 of 94 harmful and 92 of 94 legitimate, 94 of 94
// and 94 of 97, 82 of 82 and 76 of 78, 67 of 69 and 66 of 70. fortyseventh, 20 of
// each, was judged after all of these: 18 and 19, 20 and 19, 19 and 18, 20 and 19. advice is how guides, helplines and trainers speak to a reader, which the manner knew least: 54 of 69, 60 of 70, 58 of 70.
//
// fortyeighth and fortyninth were written from the guideline before the rules were read, the first in two parts: near the guideline, 50 of 50 harmful and 49 of 50
// legitimate in English, 49 and 50 in French, 50 and 49, 50 and 49 in Serbian; and harmful ones beside harmless ones of the same words, with much
// advice and many pronouns, 38 of 40 and 41 of 50, 38 and 43, 38 and 42, 39 and 41. fortyninth, which is as hard, 33 of 35 and 32 of 35, 34 and 31, 32 and 33, 34 and 31. The last
// lines of fortyeighth are pronouns alone, learnt from at once.
func TestCorpora(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no corpora", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		lines := readLines(t, file)
		harmful := strings.Contains(name, "harmful")
		switch {
		case strings.HasPrefix(name, "en"):
			judge(t, name, campaign.English, harmful, lines)
		case strings.HasPrefix(name, "fr"):
			judge(t, name, campaign.French, harmful, lines)
		case strings.HasPrefix(name, "sr-Cyrl"):
			judge(t, name, campaign.SerbianCyrillic, harmful, lines)
		default:
			judge(t, name, campaign.SerbianLatin, harmful, lines)
			for i := range lines {
				lines[i] = language.ToCyrillic(lines[i], language.Options{})
			}
			judge(t, name+" in Cyrillic", campaign.SerbianCyrillic, harmful, lines)
		}
	}
}

func readLines(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

func judge(t *testing.T, name string, l campaign.Language, harmful bool, lines []string) {
	t.Helper()
	var wrong []string
	for _, line := range lines {
		if findings := flagged(Find(sentence(l, line), Standard())); (len(findings) > 0) != harmful {
			why := ""
			for _, f := range findings {
				why += " " + f.Rule + "(" + f.Text + ")"
			}
			wrong = append(wrong, line+why)
		}
	}
	right := len(lines) - len(wrong)
	t.Logf("%s: %d of %d", name, right, len(lines))
	if right*100 < leastRight*len(lines) {
		t.Errorf("%s: %d of %d are judged right, less than %d %%:\n%s", name, right, len(lines), leastRight, strings.Join(wrong, "\n"))
	} else if len(wrong) > 0 {
		t.Logf("%s", strings.Join(wrong, "\n"))
	}
}

func sentence(l campaign.Language, line string) Document {
	part := Part{Field: "body", Role: Paragraph, Text: line}
	if headline, ok := strings.CutPrefix(line, "# "); ok {
		part.Role, part.Text = Headline, headline
	}
	return Document{Language: l, Parts: []Part{part}}
}

// flagged are the findings that count: a hint does not.
func flagged(all []Finding) (out []Finding) {
	for _, f := range all {
		if f.Severity != Hint {
			out = append(out, f)
		}
	}
	return out
}
