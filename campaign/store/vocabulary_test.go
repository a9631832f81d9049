package store_test

import (
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

func TestVocabularyLosesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		empty, err := d.Vocabularies.GetVocabulary(t.Context())
		if err != nil || empty.ID != campaign.VocabularyID || empty.Version != 0 {
			t.Fatal(empty, err)
		}
		for _, w := range []string{"Astra", "Žitište", "CZZTLJ", "Zvezdara"} {
			_, err := d.Vocabularies.UpdateVocabulary(t.Context(), func(v *campaign.Vocabulary) error { return v.SetWords(append(v.Words, w)) })
			must(t, err)
		}
		term := campaign.Term{ID: "t", Words: campaign.Texts{campaign.English: "House of Hope", campaign.SerbianLatin: "Kuć* nade"}}
		if _, err := d.Vocabularies.UpdateVocabulary(t.Context(), func(v *campaign.Vocabulary) error { return v.Put(term) }); err != nil {
			t.Fatal(err)
		}
		v, err := d.Vocabularies.GetVocabulary(t.Context())
		if err != nil || len(v.Words) != 4 || v.Term("t") == nil || v.Term("t").Words[campaign.SerbianLatin] != "Kuć* nade" {
			t.Errorf("%+v, %v", v, err)
		}
	})
}
